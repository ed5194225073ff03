// Never executed: `tsc --strict` checks the types generated from the settings page's documents.
import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";
import * as group from "./build/group/graphql";
import * as user from "./build/user/graphql";

type Cell = ResultOf<typeof user.ReadDocument>["matrix"]["notifications"][number]["cells"][number];

export function why(cell: Cell): string {
  const inherited: boolean | null = cell.groupValue;
  return `${cell.backend.name}: ${cell.effective}, says ${cell.source}, of groups ${inherited}`;
}

export function said(result: ResultOf<typeof user.UpdateDocument>): readonly Cell[] | string {
  const { outcome } = result;
  if (outcome.__typename === "UpdatePreferencesSuccess") {
    return outcome.matrix.notifications.flatMap(({ cells }) => cells);
  }
  return outcome.message;
}

export const wish: VariablesOf<typeof group.UpdateDocument> = {
  subject: "id",
  preferences: [{ notification: "new_release", backend: "email", notify: true }],
};

export const wrong: VariablesOf<typeof group.UpdateDocument> = {
  subject: "id",
  // @ts-expect-error - a preference is a boolean
  preferences: [{ notification: "new_release", backend: "email", notify: "yes" }],
};

// @ts-expect-error - a source is a value of the enum
export const source: Cell["source"] = "NOBODY";
