// One event's turn: the state it changes and everything it causes. Commands are collected here and
// leave in the order that design and screens rely on, whatever the order they were thought of.
//
// Order: by key (instrument, Long, Short); in a key the tranches by ordinal, each StopLoss,
// TakeProfit, Close, cancels; then entries, queries, timers, publications, the PositionUpdate last;
// RequestSnapshot after everything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/output.h"
#include "engine/state.h"

namespace tranchet {

using PositionKeys = ShortList<PositionKey, 2>;

// What a new order is to be; the turn gives it its id.
struct NewOrder {
  PositionKey key;
  TrancheId tranche_id{};
  std::uint32_t tranche = 0;
  Purpose purpose{};
  OrderType type{};
  Side side{};
  Quantity quantity;
  Maybe<Price> limit_price;
  Maybe<Price> stop_price;
  std::uint8_t attempt = 0;
};

class Turn {
 public:
  Turn(State& changed, Output& output)
      : state(changed), output_(output), first_(output.commands.size()) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Records the order as PendingNew and asks for it. The reference stays valid until the order is
  // forgotten.
  Order& submit(const NewOrder& order);
  void amend(Order& order, Quantity quantity, Price limit_price);
  void cancel(Order& order);
  void query(Order& order);
  void cancel_orphan(const CancelOrder& order);  // One that our books do not hold.
  void set_timer(PositionKey key, TimerId timer, Timestamp at);
  void cancel_timer(PositionKey key, TimerId timer);  // Nothing if it is not set.
  void request_snapshot() { snapshot_wanted_ = true; }

  void refuse_entry(const EntryRefused& refusal);
  void alert(AlertReason reason, PositionKey key, const Tranche* tranche, OrderId order = {});
  void alert(AlertReason reason, OrderId order = {});
  void trade_closed(const TradeClosed& closed);
  // The update of a book, to be filled in at once, and the rows that follow it.
  PositionUpdate& position_update(PositionKey key) {
    return place<PositionUpdate>(rank_of(Section::Update, key, 0, 0));
  }
  template <class... Fields>
  void position_row(PositionKey key, const Fields&... fields) {
    place<TrancheState>(rank_of(Section::Update, key, 0, 0), fields...);
  }
  // A booking to be filled in where it stays, or one that is made already.
  template <class T>
  T& book() {
    return output_.bookings.emplace_back().template emplace<T>();
  }
  template <class T>
  void book(const T& booking) {
    output_.bookings.emplace_back().template emplace<T>(booking);
  }

  // The book is looked at again when the event has been taken in: with all of its tranches, or with
  // this one. What no event has touched since it was looked at last is as it should be already.
  void look_at(const Tranche& tranche) { output_.looked_at.push_back(tranche.id); }
  void touch(PositionKey key) {
    note(touched_, key);
    note(whole_, key);
  }
  void touch(PositionKey key, TrancheId tranche) {
    note(touched_, key);
    if (!tranches_.contains(tranche)) tranches_.push_back(tranche);
  }
  // ... and screens are told.
  void publish(PositionKey key) {
    touch(key);
    note(published_, key);
  }
  void publish(PositionKey key, TrancheId tranche) {
    touch(key, tranche);
    note(published_, key);
  }
  const PositionKeys& touched() const { return touched_; }  // By key.
  bool touches_all(PositionKey key) const { return whole_.contains(key); }
  std::span<const TrancheId> tranches() const { return {tranches_.begin(), tranches_.end()}; }
  bool is_published(PositionKey key) const { return published_.contains(key); }

  // Puts the commands into the command digest.
  void finish();

  State& state;
  // The tranche of each key that closed last in this turn, for its PositionUpdate.
  ShortList<TradeClosed, 2> closed;

 private:
  enum class Section : std::uint8_t { Tranche, Entry, Query, Timer, Publish, Update, Snapshot };
  // Lists of keys are sorted. Nearly every event is about one book.
  static void note(PositionKeys& keys, PositionKey key) {
    if (keys.empty()) {
      keys.push_back(key);
    } else if (keys.front() != key) {
      note_another(keys, key);
    }
  }
  static void note_another(PositionKeys& keys, PositionKey key);
  // The place of a command. What has no key comes after all that have one; first come, first placed
  // for the rest. instrument 16 | side 2 | section 3 | ordinal 24 | leg 3
  static std::uint64_t rank_of(Section section, PositionKey key, std::uint32_t ordinal,
                               std::uint8_t leg) {
    const auto instrument = static_cast<std::uint64_t>(key.instrument);
    return ((instrument == 0 ? 0xFFFF : instrument) << 48) |
           (static_cast<std::uint64_t>(key.side) << 46) |
           (static_cast<std::uint64_t>(section) << 40) |
           (static_cast<std::uint64_t>(ordinal & 0xFF'FFFF) << 8) | leg;
  }
  template <class Body>
  void add(Section section, PositionKey key, const Body& body, std::uint32_t ordinal = 0,
           std::uint8_t leg = 0) {
    place<Body>(rank_of(section, key, ordinal, leg), body);
  }
  // A command made, or to be filled in, where it stays: one made elsewhere would be read back, in
  // pieces of another size, before its fields have left the processor's store buffer.
  template <class Body, class... Fields>
  Body& place(std::uint64_t rank, const Fields&... fields) {
    if (!ranks_.empty() && ranks_.back() > rank) return insert(rank).emplace<Body>(fields...);
    ranks_.push_back(rank);
    return *std::get_if<Body>(&output_.commands.emplace_back(std::in_place_type<Body>, fields...));
  }
  Command& insert(std::uint64_t rank);

  Output& output_;
  std::size_t first_;                   // Of this turn's commands in the output,
  ShortList<std::uint64_t, 16> ranks_;  // and the place of each; they stand in this order.
  PositionKeys touched_;
  PositionKeys whole_;  // Of the touched ones.
  PositionKeys published_;
  ShortList<TrancheId, 4> tranches_;  // Touched, of any book.
  std::uint16_t orders_ = 0;
  bool snapshot_wanted_ = false;
};

// The digest of commands, over their fields in their order, as logs of this schema have it.
void add_to_digest(class Digest& digest, std::span<const Command> commands, std::uint32_t schema);

}  // namespace tranchet
