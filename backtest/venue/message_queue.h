// Messages on their way, the earliest first, in one piece: most are taken from the front within a
// few messages of being put at the end, and no room is asked for or given back meanwhile.
#pragma once

#include <cstddef>
#include <vector>

namespace tranchet {

template <class Message>
class MessageQueue {
 public:
  bool empty() const { return first_ == room_.size(); }
  const Message& front() const { return room_[first_]; }
  const Message& back() const { return room_.back(); }
  auto begin() { return room_.begin() + static_cast<std::ptrdiff_t>(first_); }
  auto end() { return room_.end(); }

  void push_back(const Message& message) { room_.push_back(message); }
  // A message to be filled in where it lies: one made elsewhere and copied at once would be read
  // back before it has left the processor's store buffer, in other pieces than it was written.
  Message& add() { return room_.emplace_back(); }
  template <class Place>
  void insert(Place before, const Message& message) {
    room_.insert(before, message);
  }
  void pop_front() {
    if (++first_ == room_.size()) {
      room_.clear();
      first_ = 0;
      return;
    }
    // What was taken is given up when it is more than what waits: each message moves once at most.
    if (first_ <= room_.size() - first_) return;
    room_.erase(room_.begin(), begin());
    first_ = 0;
  }

 private:
  std::vector<Message> room_;
  std::size_t first_ = 0;  // Taken already.
};

}  // namespace tranchet
