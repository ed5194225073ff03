// Never executed: `tsc --strict` checks the types generated from the settings page's documents.
import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";
import * as group from "./build/group/graphql";
import * as user from "./build/user/graphql";

type Cell = ResultOf<typeof user.ReadDocument>["matrix"]["notifications"][number]["cells"][number];

export function describe(cell: Cell): string {
  const own: boolean | null = cell.own;
  return `${cell.backend.name}: ${cell.value} by ${cell.source}, own preference: ${own}`;
}

export function cells(result: ResultOf<typeof user.UpdateDocument>): readonly Cell[] | string {
  const { outcome } = result;
  if (outcome.__typename === "UpdatePreferencesSuccess") {
    return outcome.matrix.notifications.flatMap((row) => row.cells);
  }
  return outcome.message;
}

export const valid: VariablesOf<typeof group.UpdateDocument> = {
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
