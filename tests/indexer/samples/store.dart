import 'dart:io';

abstract class Box { int size(); }

class Store extends Box {
  Store(this.rows);
  factory Store.empty() => Store([]);
  final List rows;
  int size() { return rows.length; }
  int get count => 0;
}

enum Color { red }
mixin Logs { void log() {} }
extension Shout on String { String shout() => toUpperCase(); }
Store open(String path) { return Store([]); }
