// The checks of what is no step of the engine: requests that leave, what the venue takes, restarts
// and replays. Each is shown what it must find, and what it must let pass.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "backtest/wargame/invariants/invariants.h"
#include "tests/backtest/wargame/made_up_world.h"

namespace tranchet {
namespace {

class InvariantHooks : public testing::Test {
 protected:
  static std::string after(int number, void (*act)(Invariants&)) {
    Invariants invariants(InvariantSet::only(number), Settings(), true);
    act(invariants);
    return told(invariants);
  }
  static SentRequest request(const Command& command, std::uint64_t nonce) {
    return {.command = command,
            .cause = Sequence{5},
            .durable = Sequence{5},
            .nonce = nonce,
            .time = Timestamp::from_nanoseconds(1)};
  }
  static constexpr OrderId kOrder{77};
};

TEST_F(InvariantHooks, ARequestWaitsForItsCause) {
  EXPECT_EQ(after(29, [](Invariants& i) { i.on_sent(request(RequestSnapshot{}, 1)); }), "");
  EXPECT_EQ(after(29,
                  [](Invariants& i) {
                    const Command command = RequestSnapshot{};
                    i.on_sent({.command = command, .cause = Sequence{6}, .durable = Sequence{5}});
                  }),
            "I-29 at 0: a request that event 6 caused left while the log ended at 5");
}

TEST_F(InvariantHooks, ARestartMayNotForgetWhatLeft) {
  EXPECT_EQ(after(29,
                  [](Invariants& i) {
                    i.on_sent(request(RequestSnapshot{}, 1));
                    i.on_restart(Sequence{4}, State{});
                  }),
            "I-29 at 0: a request that event 5 caused had left, and the log ends at 4");
}

TEST_F(InvariantHooks, NoncesRise) {
  EXPECT_EQ(after(30,
                  [](Invariants& i) {
                    i.on_sent(request(RequestSnapshot{}, 1));
                    i.on_sent(request(RequestSnapshot{}, 2));
                    i.on_sent(request(RequestSnapshot{}, 0));
                  }),
            "");
  EXPECT_EQ(after(30,
                  [](Invariants& i) {
                    i.on_sent(request(RequestSnapshot{}, 2));
                    i.on_sent(request(RequestSnapshot{}, 2));
                  }),
            "I-30 at 0: nonce 2 after 2");
}

TEST_F(InvariantHooks, AnOrderIsSentAndTakenOnce) {
  EXPECT_EQ(after(31,
                  [](Invariants& i) {
                    i.on_sent(request(SubmitOrder{.order = kOrder}, 1));
                    i.on_sent(request(SubmitOrder{.order = kOrder}, 0));
                    i.on_venue_order(kOrder, false);
                    i.on_venue_order(kOrder, true);
                  }),
            "");
  EXPECT_EQ(after(31,
                  [](Invariants& i) {
                    i.on_sent(request(SubmitOrder{.order = kOrder}, 1));
                    i.on_sent(request(SubmitOrder{.order = kOrder}, 2));
                  }),
            "I-31 at 0: order T77S0N0A0 was sent 2 times");
  EXPECT_EQ(after(31,
                  [](Invariants& i) {
                    i.on_venue_order(kOrder, true);
                    i.on_venue_order(kOrder, true);
                  }),
            "I-31 at 0: the venue took order T77S0N0A0 2 times");
}

template <int Orders>
void send_orders(Invariants& invariants, Purpose purpose) {
  for (int i = 1; i <= Orders; ++i) {
    const Command command =
        SubmitOrder{.order = OrderId{static_cast<std::uint64_t>(i)}, .purpose = purpose};
    invariants.on_sent({.command = command, .nonce = static_cast<std::uint64_t>(i)});
  }
}

TEST_F(InvariantHooks, RatesAreKept) {
  EXPECT_EQ(after(33, [](Invariants& i) { send_orders<300>(i, Purpose::StopLoss); }), "");
  EXPECT_NE(after(33, [](Invariants& i) { send_orders<301>(i, Purpose::StopLoss); }), "");
  EXPECT_EQ(after(33, [](Invariants& i) { send_orders<240>(i, Purpose::Entry); }), "");
  EXPECT_NE(after(33, [](Invariants& i) { send_orders<241>(i, Purpose::Entry); }), "");
}

TEST_F(InvariantHooks, ReplaysAgree) {
  EXPECT_EQ(after(37, [](Invariants& i) { i.on_replayed(1, 2, 1, 3, false); }), "");
  EXPECT_NE(after(37, [](Invariants& i) { i.on_replayed(1, 2, 3, 2, false); }), "");
  EXPECT_EQ(after(38, [](Invariants& i) { i.on_replayed(1, 2, 3, 2, false); }), "");
  EXPECT_NE(after(38, [](Invariants& i) { i.on_replayed(1, 2, 1, 3, false); }), "");
  EXPECT_NE(after(38, [](Invariants& i) { i.on_replayed(1, 2, 3, 2, true); }), "");
  EXPECT_NE(after(37, [](Invariants& i) { i.on_log_refused(false); }), "");
  EXPECT_EQ(after(37, [](Invariants& i) { i.on_log_refused(true); }), "");
}

TEST_F(InvariantHooks, ARestartDecidesNothingNew) {
  const auto restart = [](std::uint64_t digest) {
    Invariants invariants(InvariantSet::only(39), Settings(), true);
    State state;
    state.last = Sequence{1};
    invariants.on_step({.sequence = Sequence{1}, .time = {}, .body = RunStarted{}}, {}, state);
    state.command_digest = digest;
    invariants.on_restart(Sequence{1}, state);
    return told(invariants);
  };
  EXPECT_EQ(restart(0), "");
  EXPECT_EQ(restart(1),
            "I-39 at 1: a restart at 1 came to other decisions than the process before it");
}

TEST(InvariantSets, NameTheirMembers) {
  EXPECT_TRUE(InvariantSet::all().has(1) && InvariantSet::all().has(kInvariants));
  EXPECT_TRUE(InvariantSet::only(7).has(7));
  EXPECT_FALSE(InvariantSet::only(7).has(8));
  std::set<std::string_view> statements;
  for (int number = 1; number <= kInvariants; ++number) statements.insert(statement_of(number));
  EXPECT_EQ(statements.size(), static_cast<std::size_t>(kInvariants));
}

}  // namespace
}  // namespace tranchet
