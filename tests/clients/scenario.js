// What every client with a normalised cache goes through: after a mutation, all that it holds is
// what the service would say now, with no further request.
import assert from "node:assert/strict";
import { signIn } from "./session.js";

const entry = ["approver", "email"];
const [notification, backend] = entry;

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

  const stage = new Stage(connect, await signIn("admin"), viewer.id, group);
  await stage.fill();
  await changeAUser(stage);
  await changeAGroup(stage);
  await refetch(stage, alice);
  await readInbox(new Stage(connect, alice), stage);
  return stage.client;
}

/** Somebody whose client holds an inbox; an administrator's, a user's matrix, a group's, and more. */
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

/** What a group prefers changes what its members get, too. */
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

/** What somebody else has changed comes into the cache by an id alone. */
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

/** Somebody reads the two oldest of what they have not read; it is in the record, too. */
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

/** The same session, with requests that do not count. */
function uncounted(session) {
  const fetch = (...asked) => session.fetch(...asked).finally(() => (session.requests -= 1));
  return { fetch };
}

/** Data as JSON has it: without prototypes, and without what a client adds for itself. */
function plain(data) {
  return JSON.parse(JSON.stringify(data));
}
