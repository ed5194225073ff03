// Scenario for clients with a normalised cache: after a mutation, the cache equals the state of
// the service without a further request.
import assert from "node:assert/strict";
import { signIn } from "./session.js";

const entry = ["approver", "email"];
const [notification, backend] = entry;

/**
 * `connect(session)` returns a client with an empty cache and
 * - `load(name, variables)`: queries the service and caches the response;
 * - `cached(name, variables)`: returns the data from the cache; throws if a part is missing;
 * - `mutate(name, input)`: returns the member of the mutation's union.
 */
export async function play(connect) {
  const alice = await signIn("alice");
  const { viewer } = await alice.ask("{ viewer { id groups { id name } } }");
  const group = viewer.groups.find(({ name }) => name === "Reviewers").id;

  const stage = new Stage(connect, await signIn("admin"), viewer.id, group);
  await stage.fill();
  await changeAUser(stage);
  await changeAGroup(stage);
  await refetch(stage, alice);
  await readInbox(new Stage(connect, alice), stage);
  return stage.client;
}

/** Clients of a user with an inbox, and of an administrator with matrices of users and groups. */
class Stage {
  constructor(connect, session, user, group) {
    Object.assign(this, { connect, session, user, group });
    this.client = connect(session);
    const others = [
      ["Preferences", { user }],
      ["GroupPreferences", { group }],
      ["Deliveries", { notification: "failed_pipeline" }],
    ];
    this.held = [["Catalogue"], ["Own"], ["Inbox"], ...(user ? others : [])];
  }

  async fill() {
    for (const query of this.held) await this.client.load(...query);
    await this.isRight();
  }

  get matrix() {
    return this.client.cached("Preferences", { user: this.user }).preferences;
  }

  /** The user's cell, from the cache. */
  get cell() {
    return cellOf(this.matrix);
  }

  get groupCell() {
    return cellOf(this.client.cached("GroupPreferences", { group: this.group }).groupPreferences);
  }

  /** Whether the cache says what a client with an empty one is told. */
  async isRight() {
    const fresh = this.connect(uncounted(this.session));
    for (const query of this.held) {
      const [cached, told] = [this.client.cached(...query), await fresh.load(...query)];
      assert.deepEqual(plain(cached), plain(told), query[0]);
    }
  }

  get inbox() {
    return this.client.cached("Inbox").inbox;
  }

  async write(name, input, outcome = `${name}PreferencesSuccess`) {
    const before = this.session.requests;
    const result = await this.client.mutate(name, input);
    assert.equal(result.__typename, outcome);
    await this.isRight();
    assert.equal(this.session.requests, before + 1, `${name} takes one request`);
    return result;
  }
}

async function changeAUser(stage) {
  const { user } = stage;
  for (const notify of [true, false]) {
    const preferences = [wish(...entry, notify), wish("new_release", "inbox", notify)];
    const { results } = await stage.write("Update", { user, preferences });
    assert.equal(results.length, 2);
    assert.deepEqual([stage.cell.userValue, stage.cell.source], [notify, "USER"]);
  }
  const wrong = { user, preferences: [wish(notification, "telex", true)] };
  const { problems } = await stage.write("Update", wrong, "InvalidPreferences");
  assert.equal(problems[0].code, "UNKNOWN_BACKEND");
  const { cleared } = await stage.write("Clear", { users: [user], notifications: [notification] });
  assert.equal(cleared, 1);
  assert.equal(stage.cell.userValue, null);
}

/** Preferences of a group change the matrices of its members. */
async function changeAGroup(stage) {
  const common = { group: stage.group, matricesOf: [stage.user] };
  for (const notify of [true, false]) {
    const input = { ...common, preferences: [wish(...entry, notify)] };
    await stage.write("UpdateGroup", input, "UpdateGroupPreferencesSuccess");
    assert.equal(stage.groupCell.value, notify);
    assert.deepEqual([stage.cell.effective, stage.cell.source], [notify, "GROUP"]);
  }
  const input = { ...common, notifications: [notification], backends: [backend] };
  await stage.write("ClearGroup", input, "ClearGroupPreferencesSuccess");
  assert.equal(stage.groupCell.value, null);
}

/** A change by another user is refetched by ID. */
async function refetch(stage, somebody) {
  const elsewhere = `mutation ($input: UpdatePreferencesInput!) {
    updatePreferences(input: $input) { __typename }
  }`;
  let notify = true;
  for (const id of [stage.cell.id, stage.matrix.id]) {
    await somebody.ask(elsewhere, { input: { preferences: [wish(...entry, notify)] } });
    assert.notEqual(stage.cell.userValue, notify);
    const { node } = await stage.client.load("Refetch", { id });
    assert.equal(node.id, id);
    assert.equal(stage.cell.userValue, notify);
    await stage.isRight();
    notify = !notify;
  }
  for (const id of [stage.group, stage.user, stage.groupCell.id]) {
    assert.equal((await stage.client.load("Refetch", { id })).node.id, id);
  }
  await somebody.ask("mutation { clearPreferences(input: {}) { __typename } }");
}

/** A user marks the two oldest unread entries as read. */
async function readInbox(stage, administrator) {
  await stage.fill();
  const unread = stage.inbox.edges.filter(({ node }) => !node.read);
  assert.equal(stage.inbox.summary.unreadCount, unread.length);
  const [next, oldest] = unread.slice(-2);
  await stage.write("MarkRead", { ids: [oldest.node.id] }, "MarkReadSuccess");
  assert.equal(stage.inbox.summary.unreadCount, unread.length - 1);
  const { marked } = await stage.write("MarkAllRead", { upTo: next.cursor }, "MarkAllReadSuccess");
  assert.deepEqual([marked, stage.inbox.summary.unreadCount], [1, unread.length - 2]);
  assert.equal((await stage.client.load("Refetch", { id: next.node.id })).node.id, next.node.id);

  const { nodes } = administrator.client.cached("Deliveries", administrator.held.at(-1)[1]).deliveries;
  const [{ decidedBy }] = nodes.filter((each) => each.username === "alice" && each.backend.name === "inbox");
  assert.equal(decidedBy, "GROUP");
}

const wish = (notification, backend, notify) => ({ notification, backend, notify });

function cellOf(matrix) {
  const row = matrix.notifications.find((each) => each.notification.name === notification);
  return row.cells.find((each) => each.backend.name === backend);
}

/** The session, with requests that are not counted. */
function uncounted(session) {
  const fetch = (...asked) => session.fetch(...asked).finally(() => (session.requests -= 1));
  return { fetch };
}

/** Plain JSON: without prototypes and fields that a client adds. */
function plain(data) {
  return JSON.parse(JSON.stringify(data));
}
