import fs from "fs";

export class Store {
  static of(rows) { return new Store(rows); }
  reload = async () => { await fs.read(); };
  get size() { return 0; }
}

export function open(path) { return new Store(path); }
const close = (store) => { store.end(); };
Store.prototype.flush = function () { return 1; };
exports.parse = function (text) { return text; };
module.exports.render = (text) => text;
const handlers = { onOpen() { return 1; }, onClose: () => 2 };
const LIMIT = 3;
