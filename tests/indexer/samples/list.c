#define LIMIT 3
#define SQUARE(x) ((x) * (x))

struct node { struct node *next; };
typedef struct { int x; } point_t;
enum color { RED, GREEN };
union value { int i; float f; };

static struct node *list_push(struct node *head, int value) { return head; }

char *list_text(struct node *head);

int list_length(const struct node *head)
{
    return 0;
}
