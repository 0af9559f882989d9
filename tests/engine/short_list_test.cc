// A short list against a vector that does the same, within its place and beyond it.
#include "engine/short_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace tranchet {
namespace {

using List = ShortList<int, 2>;

std::vector<int> contents(const List& list) {
  return {list.begin(), list.end()};
}

RC_GTEST_PROP(ShortListProperty, HoldsWhatAVectorHolds, ()) {
  List list;
  std::vector<int> model;
  const int steps = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps; ++step) {
    const int item = *rc::gen::inRange(0, 4);
    const auto place =
        *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(model.size()) + 1);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        list.push_back(item);
        model.push_back(item);
        break;
      case 1:
        list.insert(list.begin() + place, item);
        model.insert(model.begin() + place, item);
        break;
      case 2:
        list.remove(item);
        std::erase(model, item);
        break;
      case 3:
        if (place == static_cast<std::ptrdiff_t>(model.size())) break;
        list.erase(list.begin() + place);
        model.erase(model.begin() + place);
        break;
      default:
        if (!model.empty()) list.push_back(list.front());  // Of its own.
        if (!model.empty()) model.push_back(model.front());
    }
    RC_ASSERT(contents(list) == model);
    RC_ASSERT(list.size() == model.size());
    RC_ASSERT(list.contains(item) == (std::ranges::find(model, item) != model.end()));
    const List copy = list;
    RC_ASSERT(copy == list);
    RC_ASSERT(contents(copy) == model);
  }
}

}  // namespace
}  // namespace tranchet
