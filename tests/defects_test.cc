// The twenty-three defects known of the bot that this program takes the place of, and what would
// catch each of them here. Running the test prints the table; it fails when a named proof is gone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {
namespace {

const std::filesystem::path kTests = std::filesystem::path(TRANCHET_SOURCE_DIR) / "tests";

// A proof is a page of tests/scenarios (no dot), or Suite.Name of a test in `tests`. With none, the
// sentence says why the defect cannot occur.
struct Defect {
  int number = 0;
  std::string_view what;
  std::vector<std::string_view> proofs;
  std::string_view why = {};
};

const std::vector<Defect> kDefects{
    {1,
     "own exits come back as fills and are taken for entries",
     {"instant_close", "exit_partial_fills_in_any_order",
      "finished_order_still_matches_for_a_week"}},
    {2,
     "the same fill delivered twice doubles the tranche",
     {"duplicate_fill_counts_once", "query_catches_up_and_the_real_trade_brings_the_fee",
      "liquidation_takes_the_newest_first"}},
    {3,
     "one-way mode judges a long by the rule of a short and closes it at once",
     {"worked_example_one_way", "entry_check_opposite_position_in_one_way_mode",
      "Reaches.EqualityCounts"}},
    {4,
     "the cap counts ids ever used, so one old tranche blocks new ones for ever",
     {"ordinal_is_highest_live_plus_one", "LiveCount.LeavesDustOut"}},
    {5,
     "prices leave as binary floats with too many digits",
     {"DecimalText.HasNoTrailingZerosAndNoExponent", "target_ties_go_toward_the_entry"}},
    {6,
     "clean-up jobs cancel take-profits and all stops but one: three owners of one order",
     {"entry_timeout_cancels_a_limit_entry", "worked_example_hedge_long",
      "kill_switch_cancels_resting_entries_and_closes_nothing"}},
    {7,
     "rows keyed by tranche number alone: one symbol changes another's tranche",
     {"instruments_do_not_touch_each_other"}},
    {8,
     "partial fills are ignored, and what is left of them is never protected",
     {"partial_fills_act_at_once", "exit_partial_fills_in_any_order",
      "unknown_cancel_of_an_entry"}},
    {9,
     "stops are cancelled before the new ones stand, and \"unknown order\" is taken for "
     "cancelled",
     {"stop_is_placed_before_the_old_is_cancelled", "cancel_rejected_not_found_had_filled",
      "refused_stop_waits_1s_2s_30s"}},
    {10,
     "a zero on one side of a hedge account cancels the other side's stops",
     {"close_request_of_one_side_leaves_the_other", "snapshot_that_agrees_changes_nothing"}},
    {11,
     "local clocks decide, blocking calls and sleeps stall decisions, locks do not exclude",
     {"StateDigest.ChangesWithEveryField"},
     "the engine has no clock, thread or lock: time enters with events, one loop applies them"},
    {12,
     "a 429 or 418 makes the error handler itself fail",
     {"stop_is_placed_before_the_old_is_cancelled",
      "cancel_rejected_for_another_reason_is_tried_again"}},
    {13,
     "simulation still sends real orders from one of its parts",
     {},
     "commands leave through one port; a backtest's is the simulated venue, and there is no "
     "other way out of the engine than the commands it returns"},
    {14,
     "exposure is looked up under a key nothing is stored under; what is in flight leaks",
     {"entry_check_position_exposure", "entry_check_total_exposure_counts_all_books"}},
    {15,
     "a restart guesses averages, counts exits as positions and places exits twice",
     {"snapshot_that_agrees_changes_nothing", "Transcript.APagePlaysTheSameTwice"},
     "a restart replays the log; averages are exact sums, not guesses"},
    {16,
     "the tranche chosen at placement may be gone when the fill comes",
     {"fill_finds_its_tranche_closed_and_opens_another",
      "fill_finds_its_tranche_closing_and_opens_another",
      "deep_entry_is_measured_from_the_average_of_all_tranches"}},
    {17,
     "an amount of money is compared with a percentage",
     {"opens_at_exactly_minus_five_percent"},
     "prices, quantities and money are types of their own and do not compare"},
    {18,
     "a time-out is taken for a failure and the order is sent again",
     {"unknown_entry_is_resolved_by_a_query", "unknown_stop_is_resolved_by_a_query",
      "unknown_close_is_resolved_by_a_query", "unknown_take_profit_is_resolved_by_a_query"}},
    {19,
     "liquidations are worth their limit price, of both sides together, the last of a burst is "
     "heard late, and one burst triggers entry after entry",
     {"hunter_counts_a_liquidation_for_one_entry", "hunter_sides_do_not_mix",
      "hunter_volume_reaches_the_threshold", "hunter_rests_for_the_cooldown_and_keeps_counting",
      "hunter_refused_entry_costs_the_cooldown", "MarketStream.LiquidationsAtTheirAveragePrice",
      "LiquidationHunterProperty.EntersWhenTheRulesStatedAnewDo"}},
    {20,
     "shutdown fails, a lost stream key is final, and nothing is compared after a gap",
     {"entry_check_halted_before_not_reconciled", "snapshot_that_agrees_changes_nothing"}},
    {21,
     "exits ignore minimum and step, and one tranche's exit takes the whole position",
     {"dust_moves_into_the_newest_other", "dust_alone_stays_and_takes_the_next_entry",
      "slices_of_a_market_close_borrow_for_the_last",
      "close_request_of_one_tranche_leaves_the_other"}},
    {22,
     "an exit of one side closes the trades of both sides in the books",
     {"close_request_of_one_side_leaves_the_other", "short_fees_and_pnl_are_signed"}},
    {23,
     "instant close cancels the take-profit first and loses it when the market order fails",
     {"failed_exit_is_retried_then_the_position_stays", "instant_close_mark_is_back_inside"}}};

std::set<std::string> scenarios() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kTests / "scenarios")) {
    if (entry.path().extension() == ".txt") names.insert(entry.path().stem().string());
  }
  return names;
}

// All of the tests' sources with spaces and line breaks taken out, so that a test is found however
// it is broken over lines.
std::string sources() {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTests)) {
    if (entry.path().extension() != ".cc" || entry.path().filename() == "defects_test.cc") continue;
    std::ifstream in(entry.path());
    for (char c = 0; in.get(c);) {
      if (c != ' ' && c != '\n') text += c;
    }
  }
  return text;
}

bool exists(std::string_view proof) {
  static const std::set<std::string> pages = scenarios();
  static const std::string text = sources();
  const std::size_t dot = proof.find('.');
  if (dot == std::string_view::npos) return pages.contains(std::string(proof));
  const std::string arguments =
      "(" + std::string(proof.substr(0, dot)) + "," + std::string(proof.substr(dot + 1));
  for (const char* macro : {"TEST", "TEST_P", "TEST_F", "TYPED_TEST", "RC_GTEST_PROP"}) {
    for (const char* end : {")", ",()"}) {
      if (text.find(macro + arguments + end) != std::string::npos) return true;
    }
  }
  return false;
}

TEST(Defects, EachHasAProofThatExistsOrAReason) {
  int expected = 0;
  for (const Defect& defect : kDefects) {
    EXPECT_EQ(defect.number, ++expected);
    EXPECT_FALSE(defect.proofs.empty() && defect.why.empty()) << "D" << defect.number;
    std::cout << "D" << defect.number << "  " << defect.what << "\n";
    for (const std::string_view proof : defect.proofs) {
      std::cout << "      " << proof << "\n";
      EXPECT_TRUE(exists(proof)) << "D" << defect.number << ": " << proof << " does not exist";
    }
    if (!defect.why.empty()) std::cout << "      cannot occur: " << defect.why << "\n";
  }
  EXPECT_EQ(expected, 23);
}

TEST(Defects, AProofThatIsNotThereIsNoticed) {
  EXPECT_FALSE(exists("no_such_page"));
  EXPECT_FALSE(exists("Reaches.NoSuchTest"));
  EXPECT_TRUE(exists("Reaches.EqualityCounts"));
}

}  // namespace
}  // namespace tranchet
