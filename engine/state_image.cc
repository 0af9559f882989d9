// Numbers are written seven bits to a byte, lowest first, the highest bit set where more follow;
// signed ones with their sign in the lowest bit. Most fields of a state are small or zero.
#include "engine/state_image.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "engine/state_fields.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

// An image begins with this, plus a bit for each newer part that stands behind all the rest.
constexpr std::uint64_t kLayout = 1;

template <class T>
inline constexpr bool kIsNumber = std::is_enum_v<T> || std::is_integral_v<T>;

class Writer {
 public:
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
    add(items.size());
    for (const T& item : items) fields(item);
  }
  template <class Fields>
  void newer(NewerPart, bool is_there, const Fields& fields) {
    if (is_there) fields();
  }
  template <class T, class Fields>
  void optional(std::string_view, const std::optional<T>& item, const Fields& fields) {
    add(item.has_value());
    if (item) fields(*item);
  }
  template <class A, class B, class Fields>
  void two_lists(const std::vector<A>& first, const std::vector<B>& second, const Fields& fields) {
    (*this)(first.size(), second.size());
    for (const A& item : first) fields(item);
    for (const B& item : second) fields(item);
  }
  template <class Field>
  void beside_digest(const Field& field) {
    add(field);
  }
  void settings(const Settings& settings) {
    for (const std::int64_t value : std::span(settings.defaults()).first<kFirstSettingCount>()) {
      add(value);
    }
    add(settings.named_values());
  }
  template <class Fields>
  void orders(const OrderTable<Order>& orders, const Fields& fields) {
    add(orders.size());
    for (const auto& [id, order] : orders) fields(order);
  }
  void window(const DipWindow& window) {
    for (const auto* points : {&window.highs(), &window.lows()}) {
      add(points->size());
      for (const PricePoint& point : *points) (*this)(point.time, point.price);
    }
  }

  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <class Unsigned>
  void put(Unsigned value) {
    for (; value > 0x7F; value >>= 7) {
      bytes_.push_back(static_cast<std::byte>(static_cast<unsigned>(value & 0x7F) | 0x80));
    }
    bytes_.push_back(static_cast<std::byte>(value));
  }
  void put_signed(std::int64_t value) {
    put(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }

  template <class Field>
  void add(const Field& field) {
    if constexpr (std::is_same_v<Field, Int128>) {
      put(static_cast<UInt128>(field) << 1 ^ static_cast<UInt128>(field >> 127));
    } else if constexpr (std::is_same_v<Field, std::int64_t>) {
      put_signed(field);
    } else if constexpr (kIsNumber<Field>) {
      put(static_cast<std::uint64_t>(field));
    } else if constexpr (std::is_same_v<Field, Timestamp>) {
      put_signed(field.nanoseconds());
    } else if constexpr (std::is_same_v<Field, TimerId>) {
      (*this)(field.kind, field.subject);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      (*this)(field.instrument, field.side);
    } else {
      put_signed(field.raw());
    }
  }
  template <class T>
  void add(const Maybe<T>& field) {
    add(field.has_value());
    if (field) add(*field);
  }
  template <class T>
  void add(const std::optional<T>& field) {
    add(field.has_value());
    if (field) add(*field);
  }
  template <class T>
  void add(const std::vector<T>& fields) {
    add(fields.size());
    for (const T& field : fields) add(field);
  }
  template <class T, std::size_t N>
  void add(const ShortList<T, N>& fields) {
    add(fields.size());
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

  std::vector<std::byte> bytes_;
};

// Reads what is there; from the first flaw on, zeros. Every item of a list takes at least a byte,
// so no list is longer than what is left.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class... Fields>
  void named(std::string_view, Fields&... fields) {
    (*this)(fields...);
  }
  template <class Fields>
  void part(std::string_view, const Fields& fields) {
    fields();
  }
  template <class... Fields>
  void operator()(Fields&... fields) {
    (read(fields), ...);
  }
  template <class T, class Fields>
  void list(std::string_view, std::vector<T>& items, const Fields& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) fields(items.emplace_back());
  }
  template <class Fields>
  void newer(NewerPart part, bool, const Fields& fields) {
    if ((newer_parts_ & static_cast<std::uint64_t>(part)) != 0) fields();
  }
  template <class T, class Fields>
  void optional(std::string_view, std::optional<T>& item, const Fields& fields) {
    if (flag()) fields(item.emplace());
  }
  template <class A, class B, class Fields>
  void two_lists(std::vector<A>& first, std::vector<B>& second, const Fields& fields) {
    const std::uint64_t firsts = count(), seconds = count();
    for (std::uint64_t left = firsts; left > 0 && is_good_; --left) fields(first.emplace_back());
    for (std::uint64_t left = seconds; left > 0 && is_good_; --left) fields(second.emplace_back());
  }
  template <class Field>
  void beside_digest(Field& field) {
    read(field);
  }
  void settings(Settings& settings) {
    for (std::size_t index = 1; index <= kFirstSettingCount; ++index) {
      std::int64_t value = 0;
      read(value);
      set(settings, Setting{static_cast<std::uint8_t>(index)}, InstrumentId::None, value);
    }
    std::map<Settings::Key, std::int64_t> named;
    read(named);
    for (const auto& [key, value] : named) {
      const auto& [instrument, setting] = key;
      const auto number = static_cast<std::size_t>(setting);
      const bool exists = number >= 1 && number <= kSettingCount;
      const bool is_later = number > kFirstSettingCount;
      const bool may_stand =
          exists && (instrument == InstrumentId::None ? is_later && value != info(setting).fallback
                                                      : info(setting).per_instrument);
      if (!may_stand) {
        is_good_ = false;
        return;
      }
      set(settings, setting, instrument, value);
    }
  }
  template <class Fields>
  void orders(OrderTable<Order>& orders, const Fields& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) {
      Order order;
      fields(order);
      const OrderId id = order.id;
      is_good_ = is_good_ && (orders.empty() || orders.rbegin()->first < id);
      if (!is_good_) return;
      orders.emplace(id, order);
      if (order.is_finished()) orders.retire(id);
    }
  }
  void window(DipWindow& window) {
    std::array<std::vector<PricePoint>, 2> points;
    for (auto& list_of : points) {
      list("points", list_of, [this](PricePoint& point) { (*this)(point.time, point.price); });
    }
    window = DipWindow(points[0], points[1]);
  }

  void read_layout() {
    const auto layout = get<std::uint64_t>();
    newer_parts_ = layout - kLayout;
    is_good_ = is_good_ && layout >= kLayout && newer_parts_ <= kNewerParts;
  }
  std::uint64_t newer_parts() const { return newer_parts_; }
  bool is_done() const { return is_good_ && rest_.empty(); }

 private:
  template <class Unsigned>
  Unsigned get() {
    constexpr int kBits = static_cast<int>(sizeof(Unsigned)) * 8;
    Unsigned value = 0;
    for (int shift = 0; is_good_ && shift < kBits && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned>(rest_.front());
      rest_ = rest_.subspan(1);
      const Unsigned part = byte & 0x7F;
      if (part << shift >> shift != part) break;
      value |= part << shift;
      // A number has one spelling: its last byte is not empty.
      if (byte <= 0x7F && (byte != 0 || shift == 0)) return value;
      if (byte == 0) break;
    }
    is_good_ = false;
    return 0;
  }
  std::int64_t get_signed() {
    const auto value = get<std::uint64_t>();
    return static_cast<std::int64_t>(value >> 1 ^ (std::uint64_t{0} - (value & 1)));
  }
  bool flag() {
    const auto value = get<std::uint64_t>();
    is_good_ = is_good_ && value <= 1;
    return is_good_ && value == 1;
  }
  std::uint64_t count() {
    const auto value = get<std::uint64_t>();
    is_good_ = is_good_ && value <= rest_.size();
    return is_good_ ? value : 0;
  }
  void set(Settings& settings, Setting setting, InstrumentId instrument, std::int64_t value) {
    const SettingInfo& about = info(setting);
    is_good_ = is_good_ && value >= about.min && value <= about.max;
    if (is_good_) settings.set(setting, instrument, value);
  }

  template <class Field>
  void read(Field& field) {
    if constexpr (std::is_same_v<Field, Int128>) {
      const auto value = get<UInt128>();
      field = static_cast<Int128>(value >> 1 ^ (UInt128{0} - (value & 1)));
    } else if constexpr (std::is_same_v<Field, std::int64_t>) {
      field = get_signed();
    } else if constexpr (std::is_same_v<Field, bool>) {
      field = flag();
    } else if constexpr (kIsNumber<Field>) {
      const auto value = get<std::uint64_t>();
      field = static_cast<Field>(value);
      is_good_ = is_good_ && static_cast<std::uint64_t>(field) == value && is_spelled(field);
    } else if constexpr (std::is_same_v<Field, Timestamp>) {
      field = Timestamp::from_nanoseconds(get_signed());
    } else if constexpr (std::is_same_v<Field, TimerId>) {
      (*this)(field.kind, field.subject);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      (*this)(field.instrument, field.side);
    } else {
      field = Field::from_raw(get_signed());
    }
  }
  // Of a closed set: a member, or nothing yet.
  template <class Field>
  static bool is_spelled(Field field) {
    if constexpr (requires { Spelling<Field>::names; }) {
      return field == Field{} || is_valid(field);
    }
    return true;
  }
  template <class T>
  void read(Maybe<T>& field) {
    if (!flag()) return;
    T value;
    read(value);
    const bool is_empty = value.raw() == std::numeric_limits<std::int64_t>::min();
    is_good_ = is_good_ && !is_empty;
    if (is_good_) field = value;
  }
  template <class T>
  void read(std::optional<T>& field) {
    if (flag()) read(field.emplace());
  }
  template <class T>
  void read(std::vector<T>& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) read(fields.emplace_back());
  }
  template <class T, std::size_t N>
  void read(ShortList<T, N>& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) read(fields.emplace_back());
  }
  template <class T>
  void read(std::deque<T>& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) read(fields.emplace_back());
  }
  template <class A, class B>
  void read(std::map<A, B>& fields) {
    for (std::uint64_t left = count(); left > 0 && is_good_; --left) {
      A key{};
      B value{};
      (*this)(key, value);
      is_good_ = is_good_ && (fields.empty() || fields.rbegin()->first < key);
      fields.emplace_hint(fields.end(), key, value);
    }
  }
  template <class A, class B>
  void read(std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }

  std::span<const std::byte> rest_;
  bool is_good_ = true;
  std::uint64_t newer_parts_ = 0;
};

// ---- What every state keeps to, and the engine relies on.

bool are_known(const State& state, const OrderIds& orders) {
  return std::ranges::all_of(orders, [&](OrderId id) { return state.orders.contains(id); });
}

bool is_sound(const CandleMemory& candles) {
  const Value most = static_cast<Value>(Price::max().raw()) * kDecimalOne * 1'000;
  return candles.period <= 1'000 && candles.count <= candles.period && candles.range >= 0 &&
         candles.range <= most && candles.close.raw() >= 0;
}

bool is_sound(Maybe<Price> distance) {
  return !distance ||
         ((*distance).is_positive() && *distance <= Price::from_raw(Price::max().raw() / 2));
}

bool is_sound(const State& state, const Position& position, PositionKey key) {
  return position.key == key && are_known(state, position.entries) &&
         are_known(state, position.corrections) &&
         std::ranges::all_of(position.tranches, [&](const Tranche& tranche) {
           return are_known(state, tranche.entries) && are_known(state, tranche.stops) &&
                  are_known(state, tranche.targets) && are_known(state, tranche.closes) &&
                  is_sound(tranche.take_profit_distance) && is_sound(tranche.stop_loss_distance);
         });
}

bool is_sound(const State& state) {
  if (state.instruments.size() > std::numeric_limits<std::uint16_t>::max()) return false;
  for (std::size_t index = 0; index < state.instruments.size(); ++index) {
    const InstrumentId id{static_cast<std::uint16_t>(index + 1)};
    if (!is_sound(state.instruments[index].candles)) return false;
    for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
      if (!is_sound(state, state.instruments[index].position(side), {id, side})) return false;
    }
  }
  return std::ranges::all_of(
             state.orders,
             [&](const auto& entry) { return state.knows(entry.second.key.instrument); }) &&
         std::ranges::all_of(
             state.finished,
             [&](const auto& entry) { return state.orders.contains(entry.second); }) &&
         std::ranges::all_of(state.adoptions, [&](const AdoptionRequested& request) {
           return state.knows(request.instrument) && is_valid(request.position_side);
         });
}

// The parts that have something to say: no other is written.
std::uint64_t newer_parts(const State& state) {
  const auto bit = [](NewerPart part, bool is_there) {
    return is_there ? static_cast<std::uint64_t>(part) : 0;
  };
  return bit(NewerPart::Adoptions, !state.adoptions.empty()) |
         bit(NewerPart::Exchange, has_exchange(state)) |
         bit(NewerPart::Distances, has_distances(state)) |
         bit(NewerPart::Schema, has_schema(state));
}

}  // namespace

std::vector<std::byte> image_of(const State& state) {
  Writer writer;
  writer(kLayout + newer_parts(state));
  visit_state(writer, state);
  return writer.take();
}

std::optional<State> state_from_image(std::span<const std::byte> image) {
  State state;
  Reader reader(image);
  reader.read_layout();
  visit_state(reader, state);
  const bool is_whole = reader.is_done() && reader.newer_parts() == newer_parts(state);
  if (!is_whole || !is_sound(state)) return std::nullopt;
  for (InstrumentState& instrument : state.instruments) {
    for (Position& position : instrument.positions) {
      for (Tranche& tranche : position.tranches) {
        // Bytes that are no state may hold a cost that no quantity can have.
        const bool has_average =
            tranche.cost >= 0 && tranche.cost <= value_of(Price::max(), tranche.quantity);
        if (has_average) tranche.average = rounded_average(tranche.cost, tranche.quantity);
      }
    }
  }
  return state;
}

}  // namespace tranchet
