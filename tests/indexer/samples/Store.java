package demo;

public class Store<T> implements Box {
    private final int size;
    public Store(int size) { this.size = size; }
    @Override
    public int size() { return size; }
    static class Node { void link() {} }
    enum Color { RED; int code() { return 1; } }
}

interface Box { int size(); }

record Point(int x, int y) { double norm() { return 0; } }

@interface Marker {}
