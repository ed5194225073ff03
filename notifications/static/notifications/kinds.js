// The two kinds of matrix, a user's and a group's, made one: what a cell says itself, what its input shows, and what
// becomes of both when the cell is set or cleared.

const user = {
  own: (cell) => cell.userValue,
  shown: (cell) => cell.effective,
  source: (cell) => cell.source,
  set(cell, value) {
    if (value !== null) return { ...cell, userValue: value, effective: value, source: "USER" };
    const byGroup = cell.groupValue !== null;
    return {
      ...cell,
      userValue: null,
      effective: byGroup ? cell.groupValue : cell.defaultValue,
      source: byGroup ? "GROUP" : "DEFAULT",
    };
  },
  read: (input) => input.checked,
  show: (input, value) => {
    input.checked = value;
  },
};

const OPINIONS = { true: true, false: false, unknown: null };

const group = {
  own: (cell) => cell.value,
  shown: (cell) => (cell.required ? true : cell.value),
  source: () => null, // what the server has written stays true
  set: (cell, value) => ({ ...cell, value }),
  read: (input) => OPINIONS[input.value],
  show: (input, value) => {
    input.value = value ?? "unknown";
  },
};

export const kinds = { user, group };
