// Tapes that are not what they were: each kind of damage is refused by name, and nothing crashes.
#include <gtest/gtest.h>
#include <lmdb.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "backtest/tape/tape_environment.h"
#include "backtest/tape/tape_import.h"
#include "events/log/crc32c.h"
#include "tests/backtest/market_data/input_files.h"
#include "tests/backtest/tape/made_up_rows.h"

namespace tranchet {
namespace {

class DamagedTape : public testing::Test {
 protected:
  void SetUp() override {
    const auto file =
        folder_.text("a.csv", agg_trades_text(made_up_trades(20'000, {.most_wait = 30})));
    ASSERT_TRUE(import_tape(options_of({file}, "BTCUSDT"), tape_).has_value());
  }

  // Changes the value of a record in place, as a careless program or a sick disk would.
  void change(TapeDatabase database, std::uint64_t key,
              const std::function<void(std::vector<std::byte>&)>& by) {
    auto environment = TapeEnvironment::open(tape_, TapeEnvironment::Use::Append);
    ASSERT_TRUE(environment.has_value());
    auto transaction = TapeTransaction::begin(**environment, true);
    ASSERT_TRUE(transaction.has_value());
    const auto found = transaction->get(database, key);
    ASSERT_TRUE(found.has_value() && found->has_value());
    std::vector<std::byte> bytes((*found)->begin(), (*found)->end());
    by(bytes);
    MDB_val name{sizeof key, &key}, value{bytes.size(), bytes.data()};
    const MDB_dbi handle = (*environment)->database(database);
    if (bytes.empty()) {
      ASSERT_EQ(mdb_del(transaction->handle(), handle, &name, nullptr), MDB_SUCCESS);
    } else {
      ASSERT_EQ(mdb_put(transaction->handle(), handle, &name, &value, 0), MDB_SUCCESS);
    }
    ASSERT_TRUE(transaction->commit().has_value());
  }
  void flip(TapeDatabase database, std::uint64_t key, std::size_t at) {
    change(database, key, [at](std::vector<std::byte>& bytes) { bytes[at] ^= std::byte{4}; });
  }
  // Why the whole tape cannot be read; empty: it can.
  std::string refusal() {
    const auto checked = check_tape(tape_);
    if (checked) return {};
    fault_ = checked.error().fault;
    return to_text(checked.error());
  }

  InputFolder folder_;
  std::filesystem::path tape_ = folder_.path("a.tape");
  InputFault fault_{};
};

TEST_F(DamagedTape, AColumnIsNamedWithItsTimes) {
  const auto sound = Tape::open(tape_);
  ASSERT_TRUE(sound.has_value());
  const BlockHead head = (*sound)->head(1);
  const auto first = to_text(Timestamp::from_nanoseconds(head.summary[0].first_time));
  const auto last = to_text(Timestamp::from_nanoseconds(head.summary[0].last_time));
  const std::uint32_t price = head.columns[static_cast<std::size_t>(TickColumn::Prices)].at;
  flip(TapeDatabase::Blocks, 1, price + 5);
  EXPECT_EQ(refusal(), tape_.string() + ": block 1 (" + first + " to " + last +
                           ") is damaged: its columns do not match their checksum; import the "
                           "history again");
  EXPECT_EQ(fault_, InputFault::Damaged);
  // What the search reads first is that very group.
  const auto tape = Tape::open(tape_);
  ASSERT_TRUE(tape.has_value());
  const auto exit = (*tape)->find_exit({1, 1}, (*tape)->end(), 0, 1);
  ASSERT_FALSE(exit.has_value());
  EXPECT_NE(to_text(exit.error()).find("block 1 ("), std::string::npos);
}

TEST_F(DamagedTape, EveryStretchOfEveryColumnIsCovered) {
  const auto tape = Tape::open(tape_);
  ASSERT_TRUE(tape.has_value());
  const BlockHead& head = (*tape)->head(0);
  std::vector<std::byte> bytes(head.bytes);
  std::memcpy(bytes.data(), TickBlock(*(*tape)->block(0)).bytes(), head.bytes);
  const TickBlock block(head, bytes.data());
  const auto is_sound = [&] {
    if (crc32c({bytes.data(), head.summary_bytes}) != head.summary_checksum) return false;
    for (std::uint32_t at = 0; at < stretches_of(head); ++at) {
      if (stretch_checksum(block, at) != head.checksum[at]) return false;
    }
    return true;
  };
  ASSERT_TRUE(is_sound());
  for (std::size_t at = 0; at < bytes.size(); at += 97) {
    bytes[at] ^= std::byte{1};
    EXPECT_FALSE(is_sound()) << "byte " << at;
    bytes[at] ^= std::byte{1};
  }
}

TEST_F(DamagedTape, ASummaryIsNamed) {
  flip(TapeDatabase::Blocks, 2, 3);
  EXPECT_NE(refusal().find("block 2 ("), std::string::npos);
  EXPECT_NE(refusal().find("its summaries do not match"), std::string::npos);
}

// With a checksum that fits: only who computes the summary again can tell.
TEST_F(DamagedTape, ASummaryThatLiesIsFoundByTheCheck) {
  change(TapeDatabase::Heads, 1, [](std::vector<std::byte>& bytes) {
    SealedHead sealed;
    std::memcpy(&sealed, bytes.data(), sizeof sealed);
    sealed.head.summary[0].low += 10'000'000;
    sealed.checksum = crc32c(std::as_bytes(std::span(&sealed.head, 1)));
    std::memcpy(bytes.data(), &sealed, sizeof sealed);
  });
  EXPECT_TRUE(Tape::open(tape_).has_value());
  EXPECT_NE(refusal().find("its summaries are not those of its rows"), std::string::npos);
}

TEST_F(DamagedTape, AHeadIsNamedByTheBlockBefore) {
  flip(TapeDatabase::Heads, 1, 40);
  EXPECT_NE(refusal().find("block 1, which follows block 0 (2024-04-01T"), std::string::npos);
  EXPECT_EQ(fault_, InputFault::Damaged);
}

TEST_F(DamagedTape, AMissingBlockIsNamed) {
  change(TapeDatabase::Blocks, 1, [](std::vector<std::byte>& bytes) { bytes.clear(); });
  EXPECT_NE(refusal().find("block 1 ("), std::string::npos);
  EXPECT_NE(refusal().find("its bytes are not there"), std::string::npos);
}

TEST_F(DamagedTape, TheRecordAboutTheTape) {
  flip(TapeDatabase::Meta, 0, 20);
  EXPECT_NE(refusal().find("the record about the tape does not match"), std::string::npos);
  EXPECT_EQ(fault_, InputFault::Damaged);
}

TEST_F(DamagedTape, AnotherVersion) {
  change(TapeDatabase::Meta, 0, [](std::vector<std::byte>& bytes) { bytes[4] = std::byte{9}; });
  EXPECT_NE(refusal().find("is a tape of version 9, this program reads version 1"),
            std::string::npos);
  EXPECT_EQ(fault_, InputFault::BadInput);
}

TEST_F(DamagedTape, NotATapeAtAll) {
  const auto text = folder_.text("b.tape", "nothing of the kind");
  const auto opened = Tape::open(text);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(to_text(opened.error()).find("is not a tape"), std::string::npos);
  EXPECT_FALSE(Tape::open(folder_.path("none.tape")).has_value());
}

// A file that lost its end, or has a sick page anywhere: refused or read, never a crash.
TEST_F(DamagedTape, AnyPageOfTheFile) {
  const std::string whole = content_of(tape_);
  int refused = 0;
  for (std::size_t page = 0; page * 4'096 < whole.size(); page += 3) {
    std::string sick = whole;
    for (std::size_t at = page * 4'096; at < std::min(whole.size(), page * 4'096 + 64); ++at) {
      sick[at] = static_cast<char>(sick[at] ^ 0x5A);
    }
    std::ofstream(tape_, std::ios::binary | std::ios::trunc) << sick;
    refused += refusal().empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 10);
  std::ofstream(tape_, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
  EXPECT_NE(refusal(), "");
  EXPECT_EQ(fault_, InputFault::Damaged);
}

}  // namespace
}  // namespace tranchet
