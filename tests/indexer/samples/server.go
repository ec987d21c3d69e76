package server

const Limit = 3

var ErrClosed = errors.New("closed")

// Server answers.
type Server struct {
	name string
}

type Handler interface {
	Handle(name string) error
}

func New(name string) *Server { return &Server{name} }

func (s *Server) Run() error { return nil }

func (l List[T]) Len() int { return 0 }
