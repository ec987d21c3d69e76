using System;
namespace Demo.Stores {
    public interface IBox { int Size { get; } }
    public class Store<T> : IBox {
        public Store(int size) { }
        public int Size { get; set; }
        public async Task<int> LoadAsync(string id) { return 1; }
        private enum Color { Red }
    }
    public record Point(int X, int Y);
    public struct Pair { public int A; }
    public delegate void Changed(int x);
}
