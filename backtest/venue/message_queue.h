// Messages on their way, the earliest first, in one piece: most are taken from the front within a
// few messages of being put at the end, and no room is asked for or given back meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace tranchet {

template <class Message>
class MessageQueue {
 public:
  MessageQueue() = default;
  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  bool empty() const { return first_ == last_; }
  const Message& front() const { return *first_; }
  const Message& back() const { return last_[-1]; }
  Message* begin() { return first_; }
  Message* end() { return last_; }

  void push_back(const Message& message) { add() = message; }
  // A message to be filled in where it lies, as some earlier one has left it: one made elsewhere
  // and copied at once would be read back before it has left the processor's store buffer, in other
  // pieces than it was written.
  Message& add() {
    if (last_ == end_) [[unlikely]]
      make_room();
    return *last_++;
  }
  void insert(const Message* before, const Message& message) {
    const std::ptrdiff_t place = before - first_;
    push_back(message);
    std::rotate(first_ + place, last_ - 1, last_);
  }
  void pop_front() {
    if (++first_ == last_) first_ = last_ = room_.get();
  }

 private:
  // What was taken is given up when it is more than what waits: each message moves once at most.
  [[gnu::noinline]] void make_room() {
    const std::ptrdiff_t waiting = last_ - first_;
    if (first_ - room_.get() > waiting) {
      std::copy(first_, last_, room_.get());
    } else {
      const std::ptrdiff_t room = std::max<std::ptrdiff_t>(8, 2 * (end_ - room_.get()));
      auto larger = std::make_unique<Message[]>(static_cast<std::size_t>(room));
      std::copy(first_, last_, larger.get());
      room_ = std::move(larger);
      end_ = room_.get() + room;
    }
    first_ = room_.get();
    last_ = first_ + waiting;
  }

  std::unique_ptr<Message[]> room_;
  Message* first_ = nullptr;  // Before it: taken already.
  Message* last_ = nullptr;   // From it on: not in use.
  Message* end_ = nullptr;
};

}  // namespace tranchet
