// A virtual destructor, which drags in operator delete.
struct base {
  virtual ~base();
};
base::~base() {}
