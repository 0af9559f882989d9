// The canonical encodings behind the command digest and the state digest: every field, in the order
// of its declaration, as 64-bit words.
#include <algorithm>
#include <span>
#include <utility>

#include "engine/state_fields.h"
#include "engine/turn.h"
#include "events/digest.h"

namespace tranchet {
namespace {

class Words {
 public:
  explicit Words(Digest& digest) : digest_(digest) {}

  template <class... Fields>
  void named(std::string_view, const Fields&... fields) {
    (*this)(fields...);
  }
  template <class Fields>
  void part(std::string_view, const Fields& fields) {
    fields();
  }
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (add(fields), ...);
  }
  template <class T, class Fields>
  void list(std::string_view, const std::vector<T>& items, const Fields& fields) {
    (*this)(items.size());
    for (const T& item : items) fields(item);
  }
  template <class Fields>
  void newer(NewerPart, bool is_there, const Fields& fields) {
    if (is_there) fields();
  }
  template <class T, class Fields>
  void optional(std::string_view, const std::optional<T>& item, const Fields& fields) {
    (*this)(item.has_value());
    if (item) fields(*item);
  }
  template <class A, class B, class Fields>
  void two_lists(const std::vector<A>& first, const std::vector<B>& second, const Fields& fields) {
    (*this)(first.size(), second.size());
    for (const A& item : first) fields(item);
    for (const B& item : second) fields(item);
  }
  template <class Field>
  void beside_digest(const Field&) {}
  void settings(const Settings& settings) {
    for (const std::int64_t value : std::span(settings.defaults()).first<kFirstSettingCount>()) {
      add(value);
    }
    add(settings.named_values());
  }
  template <class Fields>
  void orders(const OrderTable<Order>& orders, const Fields& fields) {
    (*this)(orders.size());
    for (const auto& [id, order] : orders) fields(order);
  }
  void window(const DipWindow& window) {
    for (const auto* points : {&window.highs(), &window.lows()}) {
      (*this)(points->size());
      for (const PricePoint& point : *points) (*this)(point.time, point.price);
    }
  }

 private:
  template <class Field>
  void add(const Field& field) {
    if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>) {
      digest_.add(static_cast<std::uint64_t>(field));
    } else if constexpr (std::is_same_v<Field, Timestamp>) {
      digest_.add(field.nanoseconds());
    } else if constexpr (std::is_same_v<Field, Int128>) {
      digest_.add_value(field);
    } else if constexpr (std::is_same_v<Field, TimerId>) {
      (*this)(field.kind, field.subject);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      (*this)(field.instrument, field.side);
    } else {
      digest_.add(field.raw());
    }
  }
  template <class T>
  void add(const Maybe<T>& field) {
    (*this)(field.has_value(), field.value_or(T()));
  }
  template <class T>
  void add(const std::optional<T>& field) {
    (*this)(field.has_value(), field.value_or(T()));
  }
  template <class T>
  void add(const std::vector<T>& fields) {
    digest_.add(static_cast<std::uint64_t>(fields.size()));
    for (const T& field : fields) add(field);
  }
  template <class T, std::size_t N>
  void add(const ShortList<T, N>& fields) {
    digest_.add(static_cast<std::uint64_t>(fields.size()));
    for (const T& field : fields) add(field);
  }
  template <class T>
  void add(const std::deque<T>& fields) {
    add(fields.size());
    for (const T& field : fields) add(field);
  }
  template <class A, class B>
  void add(const std::map<A, B>& fields) {
    add(fields.size());
    for (const auto& [key, value] : fields) (*this)(key, value);
  }
  template <class A, class B>
  void add(const std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }

  Digest& digest_;
};

void add_command(Words& words, const SubmitOrder& c) {
  words(c.order, c.quantity, c.limit_price, c.stop_price, c.tranche_id, c.tranche, c.instrument,
        c.side, c.position_side, c.order_type, c.working_type, c.time_in_force, c.reduce_only,
        c.purpose);
}
void add_command(Words& words, const AmendOrder& c) {
  words(c.order, c.quantity, c.limit_price, c.tranche, c.instrument, c.purpose, c.position_side);
}
void add_command(Words& words, const CancelOrder& c) {
  words(c.order, c.tranche, c.instrument, c.purpose, c.position_side);
}
void add_command(Words& words, const QueryOrder& c) {
  words(c.order, c.tranche, c.instrument, c.purpose, c.position_side);
}
void add_command(Words& words, const SetTimer& c) {
  words(c.timer, c.at);
}
void add_command(Words& words, const CancelTimer& c) {
  words(c.timer, c.at);
}
void add_command(Words&, const RequestSnapshot&) {}
void add_command(Words& words, const PositionUpdate& c) {
  words(c.quantity, c.average_entry, c.take_profit, c.stop_loss, c.exit_price, c.realized_pnl,
        c.instrument, c.position_side, c.trade_type, c.reason, c.tranches);
}
void add_command(Words& words, const TrancheState& c) {
  words(c.tranche_id, c.quantity, c.average_entry, c.take_profit, c.stop_loss, c.tranche);
}
void add_command(Words& words, const TradeClosed& c) {
  words(c.tranche_id, c.quantity, c.average_entry, c.average_exit, c.realized_pnl, c.fees,
        c.slippage, c.tranche, c.instrument, c.position_side, c.reason);
}
void add_command(Words& words, const EntryRefused& c) {
  words(c.signal_id, c.order, c.instrument, c.position_side, c.reason);
}
void add_command(Words& words, const Alert& c) {
  words(c.order, c.tranche_id, c.tranche, c.instrument, c.position_side, c.reason);
}

// One comparison after the other: a table of functions to call costs more for so little.
template <std::size_t... kIndex>
void add_body(Words& words, const Command& command, std::index_sequence<kIndex...>) {
  const auto add = [&words](const auto& body) {
    add_command(words, body);
    return true;
  };
  const bool added = ((kIndex == command.index() && add(*std::get_if<kIndex>(&command))) || ...);
  ENSURE(added);
}

void add_command(Digest& digest, const Command& command) {
  Words words(digest);
  words(command.index());
  add_body(words, command, std::make_index_sequence<std::variant_size_v<Command>>());
}

// Each word waits for the one before it: some 2.5 ns a word, 20 words a command.
void add_in_one_chain(Digest& digest, std::span<const Command> commands) {
  for (const Command& command : commands) add_command(digest, command);
}

// Commands have a chain of their own each, which a processor follows side by side.
void add_apart(Digest& digest, std::span<const Command> commands) {
  for (const Command& command : commands) {
    Digest own;
    add_command(own, command);
    digest.add(own.value());
  }
}

}  // namespace

void add_to_digest(Digest& digest, std::span<const Command> commands, std::uint32_t schema) {
  Digest here = digest;  // Apart from memory, so that it stays in a register.
  if (schema >= kCommandsApart) {
    add_apart(here, commands);
  } else {
    add_in_one_chain(here, commands);
  }
  digest = here;
}

std::uint64_t digest_of(const State& state) {
  Digest digest;
  Words words(digest);
  visit_state(words, state);
  return digest.value();
}

}  // namespace tranchet
