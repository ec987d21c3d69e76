namespace scene {
class Node : public Base {
 public:
  explicit Node(int id);
  ~Node() {}
  int id() const { return id_; }
  virtual void draw(Canvas& canvas) = 0;
  Node& operator=(const Node& other);
 private:
  int id_;
};
template <typename T>
struct Box { T value; };
enum class Color { Red };
using Nodes = std::vector<Node>;
int Node::count() const { return 1; }
std::vector<int>& Tree<int>::items() { return x; }
}  // namespace scene

template <typename T>
T add(T a, T b) { return a + b; }

scene::Node::Node(int id) : id_(id) {}
int connect(const char* host);
