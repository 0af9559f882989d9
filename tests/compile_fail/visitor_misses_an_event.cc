// A new event breaks the build wherever it is not handled: a visitor must name all of them.
#include "events/event.h"

namespace tranchet {

struct Counts {
  int prices = 0;
  int others = 0;

  void operator()(const MarkPrice&) { ++prices; }
#ifndef FORBIDDEN
  template <class Body>
  void operator()(const Body&) {
    ++others;
  }
#endif
};

void count(const EventBody& body, Counts& counts) {
  std::visit(counts, body);
}

}  // namespace tranchet
