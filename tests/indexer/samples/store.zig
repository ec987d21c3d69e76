const std = @import("std");

pub const Store = struct {
    rows: u32,
    pub fn open(rows: u32) Store { return .{ .rows = rows }; }
};
const Color = enum { red, green };
pub fn main() void {}
test "opens" {}
