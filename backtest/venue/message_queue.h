// Messages on their way, the earliest first, in one piece: most are taken from the front within a
// few messages of being put at the end, and no room is asked for or given back meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tranchet {

template <class Message>
class MessageQueue {
 public:
  bool empty() const { return first_ == last_; }
  const Message& front() const { return room_[first_]; }
  const Message& back() const { return room_[last_ - 1]; }
  Message* begin() { return room_.data() + first_; }
  Message* end() { return room_.data() + last_; }

  void push_back(const Message& message) { add() = message; }
  // A message to be filled in where it lies, as some earlier one has left it: one made elsewhere
  // and copied at once would be read back before it has left the processor's store buffer, in other
  // pieces than it was written.
  Message& add() {
    if (last_ == room_.size()) [[unlikely]]
      make_room();
    return room_[last_++];
  }
  void insert(const Message* before, const Message& message) {
    const std::ptrdiff_t place = before - begin();
    push_back(message);
    std::rotate(begin() + place, end() - 1, end());
  }
  void pop_front() {
    if (++first_ == last_) first_ = last_ = 0;
  }

 private:
  // What was taken is given up when it is more than what waits: each message moves once at most.
  void make_room() {
    if (first_ <= last_ - first_) {
      room_.resize(std::max<std::size_t>(8, 2 * room_.size()));
      return;
    }
    std::copy(begin(), end(), room_.data());
    last_ -= first_;
    first_ = 0;
  }

  std::vector<Message> room_;
  std::size_t first_ = 0;  // Taken already.
  std::size_t last_ = 0;   // Not in use from here on.
};

}  // namespace tranchet
