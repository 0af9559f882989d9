// The image of a state: every field comes back, and bytes that are no image are refused, whatever
// they are.
#include "engine/state_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/engine.h"
#include "engine/state_fields.h"
#include "tests/fuzz/state_entry.h"

namespace tranchet {
namespace {

// Gives every field a value that no other has, as far as its range allows.
class Filler {
 public:
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
    (fill(fields), ...);
  }
  template <class T, class Fields>
  void list(std::string_view, std::vector<T>& items, const Fields& fields) {
    items.resize(2);
    for (T& item : items) fields(item);
  }
  template <class Fields>
  void newer(NewerPart, bool, const Fields& fields) {
    fields();
  }
  template <class T, class Fields>
  void optional(std::string_view, std::optional<T>& item, const Fields& fields) {
    fields(item.emplace());
  }
  template <class A, class B, class Fields>
  void two_lists(std::vector<A>& first, std::vector<B>& second, const Fields& fields) {
    list("positions", first, fields);
    second.resize(3);
    for (B& item : second) fields(item);
  }
  template <class Field>
  void beside_digest(Field& field) {
    fill(field);
  }
  void settings(Settings& settings) {
    for (const SettingInfo& about : all_settings()) {
      const std::int64_t value = about.min + (about.max - about.min) / 3;
      settings.set(about.id, InstrumentId::None, value);
      if (about.per_instrument) settings.set(about.id, InstrumentId{2}, about.max);
    }
  }
  template <class Fields>
  void orders(OrderTable<Order>& orders, const Fields& fields) {
    for (int index = 0; index < 3; ++index) {
      Order order;
      fields(order);
      const OrderId id = order.id;
      orders.emplace(id, std::move(order));
    }
  }
  void window(DipWindow& window) {
    std::array<std::vector<PricePoint>, 2> points;
    for (auto& list_of : points) {
      list_of.resize(3);
      for (PricePoint& point : list_of) (*this)(point.time, point.price);
    }
    window = DipWindow(points[0], points[1]);
  }

 private:
  template <class Field>
  void fill(Field& field) {
    ++number_;
    const std::int64_t value = number_ % 2 == 0 ? number_ * 1'234'567 : number_ * -7'654'321;
    if constexpr (std::is_same_v<Field, bool>) {
      field = true;
    } else if constexpr (requires { Spelling<Field>::names; }) {
      field = static_cast<Field>(1 + number_ %
                                         static_cast<std::int64_t>(Spelling<Field>::names.size()));
    } else if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>) {
      field = static_cast<Field>(value);
    } else if constexpr (std::is_same_v<Field, Int128>) {
      field = static_cast<Int128>(value) << 50;
    } else if constexpr (std::is_same_v<Field, Timestamp>) {
      field = Timestamp::from_nanoseconds(value);
    } else if constexpr (std::is_same_v<Field, TimerId>) {
      (*this)(field.kind, field.subject);
    } else if constexpr (std::is_same_v<Field, PositionKey>) {
      (*this)(field.instrument, field.side);
    } else {
      field = Field::from_raw(value);
    }
  }
  template <class T>
  void fill(Maybe<T>& field) {
    T value;
    fill(value);
    field = value;
  }
  template <class T>
  void fill(std::optional<T>& field) {
    fill(field.emplace());
  }
  template <class T>
  void fill(std::vector<T>& fields) {
    fields.resize(2);
    for (T& field : fields) fill(field);
  }
  template <class T, std::size_t N>
  void fill(ShortList<T, N>& fields) {
    for (int index = 0; index < 2; ++index) fill(fields.emplace_back());
  }
  template <class T>
  void fill(std::deque<T>& fields) {
    fields.resize(2);
    for (T& field : fields) fill(field);
  }
  template <class A, class B>
  void fill(std::map<A, B>& fields) {
    for (int index = 0; index < 3; ++index) {
      A key{};
      fill(key);
      fill(fields[key]);
    }
  }
  template <class A, class B>
  void fill(std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }

  std::int64_t number_ = 0;
};

// A state with something in every field, and the few things that every state keeps to.
State full_state() {
  State state;
  Filler filler;
  visit_state(filler, state);
  std::vector<OrderId> ids;
  for (auto& [id, order] : state.orders) {
    order.key = {InstrumentId{1}, PositionSide::Short};
    ids.push_back(id);
  }
  for (auto& [time, id] : state.finished) id = ids[0];
  for (AdoptionRequested& request : state.adoptions) request.instrument = InstrumentId{2};
  for (std::size_t index = 0; index < state.instruments.size(); ++index) {
    const InstrumentId id{static_cast<std::uint16_t>(index + 1)};
    InstrumentState& instrument = state.instruments[index];
    instrument.candles.period = 1'000;
    instrument.candles.count = 14;
    instrument.candles.close = Price::from_raw(7);
    instrument.candles.range = (Value{1} << 90) + 5;
    instrument.positions[0].key = {id, PositionSide::Long};
    instrument.positions[1].key = {id, PositionSide::Short};
    for (Position& position : instrument.positions) {
      position.entries = {ids[0]};
      position.corrections = {ids[1], ids[2]};
      for (Tranche& tranche : position.tranches) {
        tranche.take_profit_distance = Price::from_raw(3);
        tranche.stop_loss_distance = Price::from_raw(2);
        tranche.entries = {ids[2]};
        tranche.stops = {ids[0], ids[1]};
        tranche.targets = {ids[1]};
        tranche.closes = {ids[2], ids[0]};
      }
    }
  }
  return state;
}

TEST(StateImage, EveryFieldComesBack) {
  const State state = full_state();
  const std::vector<std::byte> image = image_of(state);
  const auto again = state_from_image(image);
  ASSERT_TRUE(again);
  EXPECT_EQ(digest_of(*again), digest_of(state));
  EXPECT_EQ(image_of(*again), image);
  for (std::size_t index = 0; index < state.instruments.size(); ++index) {
    EXPECT_EQ(again->instruments[index].rules.symbol, state.instruments[index].rules.symbol);
  }
  EXPECT_EQ(again->settings, state.settings);
}

TEST(StateImage, OfAFreshEngineComesBack) {
  const Engine engine(Settings(), 7);
  const auto again = Engine::from_image(engine.image());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state_digest(), engine.state_digest());
  EXPECT_EQ(again->image(), engine.image());
}

// Of what came later only the parts with these bits: adoptions 1, sessions and candles 2, distances
// 4, a later schema 8.
State state_with(unsigned parts) {
  State state = full_state();
  if ((parts & 1) == 0) state.adoptions.clear();
  if ((parts & 8) == 0) state.schema = 1;
  for (InstrumentState& instrument : state.instruments) {
    if ((parts & 2) == 0) {
      instrument.candles = {};
      instrument.session_closed = false;
    }
    for (Position& position : instrument.positions) {
      for (Tranche& tranche : position.tranches) {
        if ((parts & 4) == 0) tranche.take_profit_distance = tranche.stop_loss_distance = {};
      }
    }
  }
  return state;
}

TEST(StateImage, WhatCameLaterComesBackAloneAndTogether) {
  for (unsigned parts = 0; parts < 16; ++parts) {
    const State state = state_with(parts);
    std::vector<std::byte> image = image_of(state);
    EXPECT_EQ(std::to_integer<unsigned>(image[0]), 1 + parts);
    const auto again = state_from_image(image);
    ASSERT_TRUE(again) << parts;
    EXPECT_EQ(digest_of(*again), digest_of(state)) << parts;
    // What is not there is not said to be there, and the other way round.
    for (unsigned other = 0; other < 17; ++other) {
      if (other == 1 + parts) continue;
      image[0] = static_cast<std::byte>(other);
      EXPECT_FALSE(state_from_image(image)) << parts << " " << other;
    }
  }
}

TEST(StateImage, OneByteLessOrMoreIsNone) {
  const std::vector<std::byte> image = image_of(full_state());
  for (std::size_t size = 0; size < image.size(); ++size) {
    ASSERT_FALSE(state_from_image(std::span(image).first(size))) << size;
  }
  std::vector<std::byte> longer = image;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(state_from_image(longer));
}

TEST(StateImage, AFlippedBitIsRefusedOrShowsInTheDigest) {
  const State state = full_state();
  std::vector<std::byte> image = image_of(state);
  std::size_t refused = 0, different = 0, symbols = 0;
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    const std::byte mask{static_cast<unsigned char>(1U << bit % 8)};
    image[bit / 8] ^= mask;
    const auto changed = state_from_image(image);
    if (!changed) {
      ++refused;
    } else if (digest_of(*changed) != digest_of(state)) {
      ++different;
    } else {
      ++symbols;
    }
    fuzz::state_image(image);
    image[bit / 8] ^= mask;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_GT(different, 0U);
  // Nothing is decided by the number of a text: at most its five bytes, of two symbols and two
  // authors.
  EXPECT_LE(symbols, 4 * 5 * 8U);
}

// An image of a state without tranches to adopt is what it was before there could be any.
TEST(StateImage, WithoutAdoptionsNothingIsSaidOfThem) {
  const std::vector<std::byte> with = image_of(state_with(1));
  const std::vector<std::byte> without = image_of(state_with(0));
  EXPECT_EQ(without[0], std::byte{1});
  EXPECT_EQ(with[0], std::byte{2});
  ASSERT_LT(without.size(), with.size());
  EXPECT_TRUE(std::equal(without.begin() + 1, without.end(), with.begin() + 1));
  EXPECT_TRUE(state_from_image(without));
}

TEST(StateImage, AnOrderThatIsNotThereIsRefused) {
  const State sound = full_state();
  const auto is_refused = [](const State& state) { return !state_from_image(image_of(state)); };
  ASSERT_FALSE(is_refused(sound));
  const OrderId missing{12'345};
  using Lists = std::vector<OrderIds*>;
  const auto lists_of = [](State& state) {
    Position& position = state.instruments[1].positions[0];
    Tranche& tranche = position.tranches[1];
    return Lists{&position.entries, &position.corrections, &tranche.entries,
                 &tranche.stops,    &tranche.targets,      &tranche.closes};
  };
  for (std::size_t index = 0; index < 6; ++index) {
    State state = sound;
    lists_of(state)[index]->push_back(missing);
    EXPECT_TRUE(is_refused(state)) << index;
  }
  State state = sound;
  state.finished.front().second = missing;
  EXPECT_TRUE(is_refused(state));
  state = sound;
  state.orders.begin()->second.key.instrument = InstrumentId{3};
  EXPECT_TRUE(is_refused(state)) << "an instrument that is not there";
  state = sound;
  std::swap(state.instruments[0].positions[0], state.instruments[0].positions[1]);
  EXPECT_TRUE(is_refused(state));
}

TEST(StateImage, ALongCountAloneTakesNoMemory) {
  // The layout, then what looks like numbers without end.
  for (std::size_t size = 1; size < 400; ++size) {
    std::vector<std::byte> bytes(size, std::byte{0xFF});
    bytes[0] = std::byte{1};
    EXPECT_FALSE(state_from_image(bytes));
  }
}

TEST(StateImage, AnyBytesAreReadOrRefused) {
  std::vector<std::vector<std::byte>> inputs{image_of(full_state())};
  const auto folder = std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests/fuzz/corpus/state";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::vector<std::byte> bytes;
    std::transform(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(),
                   std::back_inserter(bytes), [](char c) { return static_cast<std::byte>(c); });
    EXPECT_TRUE(state_from_image(bytes)) << entry.path();
    inputs.push_back(std::move(bytes));
  }
  ASSERT_GE(inputs.size(), 8U);
  std::mt19937_64 random(42);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (const std::vector<std::byte>& input : inputs) {
    for (int round = 0; round < 500; ++round) {
      std::vector<std::byte> changed = input;
      for (std::size_t n = below(4) + 1; n > 0; --n) {
        changed[below(changed.size())] = static_cast<std::byte>(below(256));
      }
      const std::vector<std::byte>& other = inputs[below(inputs.size())];
      const std::size_t cut = below(std::min(changed.size(), other.size()));
      if (below(3) == 0)
        std::copy(other.begin() + static_cast<std::ptrdiff_t>(cut), other.end(),
                  std::back_inserter(changed));
      fuzz::state_image(changed);
    }
  }
}

}  // namespace
}  // namespace tranchet
