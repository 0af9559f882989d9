// What the log costs, beside what LMDB costs for the same bytes in the same run.
//
//   bench_log [DIRECTORY]   on the disk that DIRECTORY is on; the system's temporary one by default
#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "events/ensure.h"
#include "events/log/chain.h"
#include "events/log/crc32c.h"
#include "events/log/event_log.h"
#include "events/log/record.h"

namespace tranchet {
namespace {

using Seconds = std::chrono::duration<double>;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

double middle(std::vector<double> results) {
  std::sort(results.begin(), results.end());
  return results[results.size() / 2];
}

// The middle one of an odd number of runs.
double median(int runs, const std::function<double()>& measure) {
  std::vector<double> results;
  for (int run = 0; run < runs; ++run) results.push_back(measure());
  return middle(results);
}

// Two things in turn, so that both meet the same disk and the same neighbours.
std::pair<double, double> medians(int runs, const std::function<double()>& first,
                                  const std::function<double()>& second) {
  std::vector<double> firsts, seconds;
  for (int run = 0; run < runs; ++run) {
    firsts.push_back(first());
    seconds.push_back(second());
  }
  return {middle(firsts), middle(seconds)};
}

Event event_at(std::uint64_t n, const EventBody& body) {
  return {.sequence = Sequence{n},
          .time = Timestamp::from_nanoseconds(static_cast<std::int64_t>(n) * 1'000),
          .body = body};
}

// What an account does all day: a fill, its order's answers.
std::vector<Event> order_events(std::size_t count) {
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= count; ++n) {
    const OrderId order = make_order_id({.account = 1, .sequence = Sequence{n}});
    const auto raw = static_cast<std::int64_t>(n);
    switch (n % 3) {
      case 0:
        events.push_back(event_at(n, OrderAccepted{order}));
        break;
      case 1:
        events.push_back(event_at(n, OrderFilled{.order = order,
                                                 .trade = TradeId{n},
                                                 .quantity = Quantity::from_raw(raw),
                                                 .price = Price::from_raw(raw),
                                                 .fee = Money::from_raw(raw),
                                                 .instrument = InstrumentId{1},
                                                 .position_side = PositionSide::Long,
                                                 .side = Side::Buy}));
        break;
      default:
        events.push_back(event_at(n, OrderAmended{.order = order,
                                                  .quantity = Quantity::from_raw(raw),
                                                  .limit_price = Price::from_raw(raw)}));
    }
  }
  return events;
}

std::vector<Event> market_events(std::size_t count) {
  std::vector<Event> events;
  for (std::uint64_t n = 1; n <= count; ++n) {
    const auto raw = static_cast<std::int64_t>(n);
    if (n % 8 == 0) {
      events.push_back(
          event_at(n, MarkPrice{.instrument = InstrumentId{1}, .price = Price::from_raw(raw)}));
    } else {
      events.push_back(event_at(n, TradePrinted{.instrument = InstrumentId{1},
                                                .quantity = Quantity::from_raw(raw),
                                                .price = Price::from_raw(raw),
                                                .aggressor = 1}));
    }
  }
  return events;
}

Names one_symbol() {
  Names names;
  names.instrument("BTCUSDT");
  return names;
}

// ---- The two writers.

void check(int code) {
  if (code == MDB_SUCCESS) return;
  std::fprintf(stderr, "LMDB: %s\n", mdb_strerror(code));
  std::exit(1);
}

// The records of `events` put into a bare LMDB file, `batch` a transaction; seconds.
double raw_seconds(const std::filesystem::path& path, const std::vector<Event>& events,
                   std::size_t batch, bool synced) {
  std::filesystem::remove_all(path);
  std::filesystem::create_directory(path);
  RecordEncoder encoder;
  std::vector<std::vector<std::byte>> records;
  std::vector<std::uint64_t> keys;
  for (const Event& event : events) {
    const auto record = encoder.encode({&event, 1})[0];
    records.emplace_back(record.bytes.begin(), record.bytes.end());
    keys.push_back(number(record.first));
  }
  MDB_env* environment = nullptr;
  MDB_dbi database = 0;
  MDB_txn* transaction = nullptr;
  check(mdb_env_create(&environment));
  check(mdb_env_set_mapsize(environment, kMapReserve));
  check(mdb_env_open(environment, path.c_str(), synced ? 0U : unsigned{MDB_NOSYNC}, 0644));
  check(mdb_txn_begin(environment, nullptr, 0, &transaction));
  check(mdb_dbi_open(transaction, nullptr, MDB_INTEGERKEY | MDB_CREATE, &database));
  check(mdb_txn_commit(transaction));
  const double taken = seconds_of([&] {
    for (std::size_t at = 0; at < records.size();) {
      MDB_cursor* cursor = nullptr;
      check(mdb_txn_begin(environment, nullptr, 0, &transaction));
      check(mdb_cursor_open(transaction, database, &cursor));
      for (const std::size_t end = std::min(at + batch, records.size()); at < end; ++at) {
        MDB_val key{sizeof keys[at], &keys[at]};
        MDB_val value{records[at].size(), records[at].data()};
        check(mdb_cursor_put(cursor, &key, &value, MDB_APPEND));
      }
      mdb_cursor_close(cursor);
      check(mdb_txn_commit(transaction));
    }
  });
  mdb_env_close(environment);
  return taken;
}

double log_seconds(const std::filesystem::path& path, const std::vector<Event>& events,
                   std::size_t batch, Durability durability) {
  std::filesystem::remove_all(path);
  const Names names = one_symbol();
  auto log = LogWriter::create(path, durability);
  ENSURE(log.has_value());
  const double taken = seconds_of([&] {
    for (std::size_t at = 0; at < events.size(); at += batch) {
      const auto part = std::span(events).subspan(at, std::min(batch, events.size() - at));
      ENSURE((*log)->append(part, names).has_value());
    }
  });
  ENSURE((*log)->close().has_value());
  return taken;
}

double million_a_second(std::size_t count, double seconds) {
  return static_cast<double>(count) / seconds / 1e6;
}

// ---- The tables.

void append_without_sync(const std::filesystem::path& path) {
  std::puts("append without fsync, one event a record, M events/s");
  const auto events = order_events(1'000'000);
  for (const std::size_t batch : {16UL, 256UL, 4'096UL}) {
    const auto [raw, ours] = medians(
        3, [&] { return raw_seconds(path, events, batch, false); },
        [&] { return log_seconds(path, events, batch, Durability::AtClose); });
    std::printf("  batch %5zu   raw LMDB %6.2f   log %6.2f   %3.0f %%\n", batch,
                million_a_second(events.size(), raw), million_a_second(events.size(), ours),
                raw / ours * 100);
  }
  const auto market = market_events(4'000'000);
  const double packed =
      median(3, [&] { return log_seconds(path, market, 4'096, Durability::AtClose); });
  std::printf("  packed market events, batch 4096: %.1f\n\n",
              million_a_second(market.size(), packed));
}

void group_commit(const std::filesystem::path& path) {
  std::puts("durable group commit, one event a record, k events/s");
  for (const std::size_t batch : {1UL, 16UL, 256UL, 4'096UL}) {
    const auto events = order_events(std::min<std::size_t>(batch * 300, 400'000));
    const auto [raw, ours] = medians(
        7, [&] { return raw_seconds(path, events, batch, true); },
        [&] { return log_seconds(path, events, batch, Durability::EveryBatch); });
    std::printf("  batch %5zu   raw LMDB %9.1f   log %9.1f   %3.0f %%\n", batch,
                million_a_second(events.size(), raw) * 1e3,
                million_a_second(events.size(), ours) * 1e3, raw / ours * 100);
  }
  std::puts("");
}

void stages() {
  std::puts("what an event costs to encode, ns (batches of 4096)");
  for (const bool market : {false, true}) {
    const auto events = market ? market_events(4'096) : order_events(4'096);
    constexpr int kRounds = 200;
    const double count = static_cast<double>(events.size()) * kRounds;
    RecordEncoder encoder;
    const double encode = median(5, [&] {
      return seconds_of([&] {
        for (int round = 0; round < kRounds; ++round) static_cast<void>(encoder.encode(events));
      });
    });
    const auto records = encoder.encode(events);
    std::uint32_t kept = 0;  // So that the work is not optimized away.
    const double checksum = median(5, [&] {
      return seconds_of([&] {
        for (int round = 0; round < kRounds; ++round) {
          for (const auto& record : records) kept ^= crc32c(record.bytes);
        }
      });
    });
    ChainHasher hasher;
    ChainHash hash{};
    const double chain = median(5, [&] {
      return seconds_of([&] {
        for (int round = 0; round < kRounds; ++round) {
          hasher.start(hash);
          hasher.add(encoder.bytes());
          hash = hasher.finish();
        }
      });
    });
    std::printf(
        "  %s: %.0f bytes, encoding and checksum %.1f (checksum alone %.1f), chain %.1f%s\n",
        market ? "packed market event" : "event of an order  ",
        static_cast<double>(encoder.bytes().size()) / static_cast<double>(events.size()),
        encode / count * 1e9, checksum / count * 1e9, chain / count * 1e9, kept == 1 ? " " : "");
  }
  std::puts("");
}

void scan(const std::filesystem::path& path) {
  std::puts("reading, M events/s");
  for (const bool market : {false, true}) {
    const auto events = market ? market_events(4'000'000) : order_events(1'000'000);
    log_seconds(path, events, 4'096, Durability::AtClose);
    auto log = LogReader::open(path);
    ENSURE(log.has_value());
    std::uint64_t sum = 0;
    const double scanned = median(3, [&] {
      return seconds_of([&] {
        ENSURE((*log)
                   ->scan(Sequence{1},
                          [&](const Event& event) {
                            sum += number(event.sequence);
                            return true;
                          })
                   .has_value());
      });
    });
    ENSURE(sum != 0);
    const double verified =
        median(3, [&] { return seconds_of([&] { ENSURE((*log)->verify_chain().has_value()); }); });
    std::printf("  %s: scan with checksums %.1f, chain alone %.1f\n",
                market ? "packed market events" : "events of orders    ",
                million_a_second(events.size(), scanned),
                million_a_second(events.size(), verified));
  }
}

}  // namespace
}  // namespace tranchet

int main(int argc, char** argv) {
  const std::filesystem::path base =
      argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
  const std::filesystem::path path = base / ("bench_log." + std::to_string(::getpid()));
  tranchet::stages();
  tranchet::append_without_sync(path);
  tranchet::scan(path);
  std::puts("");
  tranchet::group_commit(path);
  std::filesystem::remove_all(path);
  return 0;
}
