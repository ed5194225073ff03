// What every client with a normalised cache goes through: after a mutation, all that it holds is
// what the service would say now, with no further request.
import assert from "node:assert/strict";
import { signIn } from "./session.js";

/**
 * `connect(session)` makes a client with an empty cache and
 * - `load(name, variables)`: asks the service, and keeps the answer in the cache;
 * - `cached(name, variables)`: the answer from the cache alone; throws where some of it is missing;
 * - `mutate(name, input)`: the member of the mutation's union.
 */
export async function play(connect) {
  const alice = await signIn("alice");
  const { viewer } = await alice.ask("{ viewer { id groups { id name } } }");
  const group = viewer.groups.find(({ name }) => name === "Reviewers").id;

  const session = await signIn("admin");
  const client = connect(session);
  const held = [
    ["Catalogue"],
    ["Own"],
    ["Preferences", { user: viewer.id }],
    ["GroupPreferences", { group }],
  ];
  for (const query of held) await client.load(...query);

  const cell = (notification, backend) =>
    find(client.cached("Preferences", { user: viewer.id }).preferences, notification, backend);
  const groupCell = (notification, backend) =>
    find(client.cached("GroupPreferences", { group }).groupPreferences, notification, backend);
  const isRight = async () => {
    for (const query of held) {
      const fresh = await connect(uncounted(session)).load(...query);
      assert.deepEqual(plain(client.cached(...query)), plain(fresh), query[0]);
    }
  };
  const write = async (name, input) => {
    const before = session.requests;
    const result = await client.mutate(name, input);
    await isRight();
    assert.equal(session.requests, before + 1, `${name} takes one request`);
    return result;
  };
  await isRight();

  // A user's preferences: set, refused, taken back.
  const entry = ["approver", "email"];
  for (const notify of [true, false]) {
    const preferences = [wish(...entry, notify), wish("new_release", "inbox", notify)];
    const updated = await write("Update", { user: viewer.id, preferences });
    assert.equal(updated.__typename, "UpdatePreferencesSuccess");
    assert.equal(updated.results.length, 2);
    assert.equal(cell(...entry).userValue, notify);
    assert.equal(cell(...entry).source, "USER");
  }
  const wrong = { user: viewer.id, preferences: [wish("approver", "telex", true)] };
  const refused = await write("Update", wrong);
  assert.equal(refused.__typename, "InvalidPreferences");
  assert.equal(refused.problems[0].code, "UNKNOWN_BACKEND");
  const cleared = await write("Clear", { users: [viewer.id], notifications: ["approver"] });
  assert.equal(cleared.__typename, "ClearPreferencesSuccess");
  assert.equal(cleared.cleared, 1);
  assert.equal(cell(...entry).userValue, null);

  // A group's, which change what its members get.
  for (const notify of [true, false]) {
    const updated = await write("UpdateGroup", {
      group,
      preferences: [wish(...entry, notify)],
      matricesOf: [viewer.id],
    });
    assert.equal(updated.__typename, "UpdateGroupPreferencesSuccess");
    assert.equal(groupCell(...entry).value, notify);
    assert.deepEqual([cell(...entry).effective, cell(...entry).source], [notify, "GROUP"]);
  }
  const emptied = await write("ClearGroup", {
    group,
    notifications: [entry[0]],
    backends: [entry[1]],
    matricesOf: [viewer.id],
  });
  assert.equal(emptied.__typename, "ClearGroupPreferencesSuccess");
  assert.equal(groupCell(...entry).value, null);

  // What somebody else has changed comes into the cache by the id alone.
  const own = { preferences: [wish(...entry, true)] };
  const elsewhere = `mutation ($input: UpdatePreferencesInput!) {
    updatePreferences(input: $input) { __typename }
  }`;
  const matrix = client.cached("Preferences", { user: viewer.id }).preferences;
  for (const id of [cell(...entry).id, matrix.id]) {
    await alice.ask(elsewhere, { input: own });
    assert.notEqual(cell(...entry).userValue, own.preferences[0].notify);
    const { node } = await client.load("Refetch", { id });
    assert.equal(node.id, id);
    assert.equal(cell(...entry).userValue, own.preferences[0].notify);
    await isRight();
    own.preferences[0].notify = !own.preferences[0].notify;
  }
  for (const id of [group, viewer.id, cell(...entry).backend.id, groupCell(...entry).id]) {
    assert.equal((await client.load("Refetch", { id })).node.id, id);
  }
  await alice.ask("mutation { clearPreferences(input: {}) { __typename } }");
  return client;
}

const wish = (notification, backend, notify) => ({ notification, backend, notify });

function find(matrix, notification, backend) {
  const row = matrix.notifications.find((each) => each.notification.name === notification);
  return row.cells.find((each) => each.backend.name === backend);
}

/** The same session, with requests that do not count. */
function uncounted(session) {
  const fetch = (...asked) => session.fetch(...asked).finally(() => (session.requests -= 1));
  return { fetch };
}

/** Data as JSON has it: without prototypes, and without what a client adds for itself. */
function plain(data) {
  return JSON.parse(JSON.stringify(data));
}
