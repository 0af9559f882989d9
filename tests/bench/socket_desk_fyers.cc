#include <array>
#include <chrono>
#include <set>
#include <utility>

#include "adapters/fyers/server/front_desk.h"
#include "adapters/live/clock.h"
#include "tests/bench/socket_desk.h"

namespace tranchet {
namespace {

using namespace literals;
using fyers_venue::AccountSpec;
using fyers_venue::FyersFrontDesk;
using venue_server::StreamId;
using venue_server::StreamOutput;

constexpr std::size_t kItemsOfFrame = 100;

std::string share_symbol(std::size_t number) {
  return "NSE:SHARE" + std::to_string(number) + "-EQ";
}

fyers_venue::DeskOptions fyers_options() {
  fyers_venue::DeskOptions options;
  for (std::size_t number = 1; number <= kInstruments; ++number) {
    options.listings.push_back(*fyers_venue::make_listing(share_symbol(number), number));
  }
  options.accounts = {AccountSpec{}};
  options.hours.always = true;
  return options;
}

class FyersSocketDesk final : public SocketDesk {
 public:
  FyersSocketDesk()
      : desk_(fyers_options()),
        token_(fyers_venue::make_token(AccountSpec{}, fyers_venue::TokenKind::Access, now().now)) {}

  std::string symbol_of(std::size_t number) const override { return share_symbol(number); }
  std::string keys() const override {
    return "app_id = \"" + AccountSpec{}.app_id + "\"\naccess_token = \"" + token_ + "\"\n";
  }
  std::string account_lines() const override { return "position_mode = \"one_way\"\n"; }
  std::string venue_lines() const override { return "name = \"fyers\"\nreduce_only = false\n"; }
  // Within the circuit limits.
  std::string default_lines() const override { return "stop_loss_pct = 10\n"; }
  std::string instrument_lines() const override {
    return "tick_size = 0.05\nstep_size = 1\nmin_quantity = 1\n";
  }
  std::string entry_quantity() const override { return "1"; }

  // Six requests a round, and entries may use a hundred of a minute's two hundred.
  std::chrono::milliseconds pace() const override { return std::chrono::milliseconds(4'200); }
  int rounds() const override { return 20; }
  std::string ping_target() const override { return "/data/marketStatus"; }
  std::string ping_headers() const override {
    return "Authorization: " + AccountSpec{}.app_id + ":" + token_ + "\r\n";
  }

  bool is_of_orders(std::string_view path) const override {
    return path.starts_with("/api/v3/orders") || path.starts_with("/api/v3/multi-order");
  }
  ServerResponse answer(const ServerRequest& request) override {
    auto answer = desk_.answer(desk_request(request), now());
    return {.status = answer.status,
            .headers = std::move(answer.headers),
            .body = std::move(answer.body)};
  }
  StreamId open_stream(const ServerRequest& request) override {
    const StreamId stream = desk_.open_stream(desk_request(request), now());
    (request.path().starts_with("/hsm/") ? markets_ : others_).insert(stream);
    return stream;
  }
  void on_text(StreamId stream, std::string_view text) override {
    desk_.on_stream_text(stream, text, now());
  }
  void on_binary(StreamId stream, std::string_view bytes) override {
    desk_.on_stream_binary(stream, bytes, now());
  }
  void on_closed(StreamId stream) override {
    desk_.on_stream_closed(stream);
    markets_.erase(stream);
    others_.erase(stream);
  }
  void advance() override { desk_.advance(now()); }
  std::vector<StreamOutput> take_output() override { return desk_.take_output(); }

  void trade(Price price) override {
    for (std::size_t board = 0; board < kInstruments; ++board) {
      desk_.observe(board,
                    TradePrinted{.instrument = static_cast<InstrumentId>(board + 1),
                                 .quantity = 1_qty,
                                 .price = price},
                    now());
    }
  }
  // Updates of all topics, which are numbered from 1, a hundred a frame as the venue has them.
  std::vector<StreamOutput> tick(Price price) override {
    if (markets_.empty()) return {};
    const std::array last = {static_cast<std::int32_t>(price.raw() / (kDecimalOne / 100))};
    std::vector<StreamOutput> frames;
    for (std::size_t first = 1; first <= kInstruments; first += kItemsOfFrame) {
      std::vector<std::string> items;
      for (std::size_t topic = first; topic < first + kItemsOfFrame; ++topic) {
        items.push_back(fyers_venue::update_item(static_cast<std::uint16_t>(topic), last));
      }
      frames.push_back({.stream = *markets_.begin(),
                        .text = fyers_venue::data_frame(++frames_, items),
                        .is_binary = true});
    }
    return frames;
  }

  bool is_held() const override {
    for (const auto& [key, position] : desk_.account(0).positions()) {
      if (position.net() != 0) return true;
    }
    return false;
  }
  std::size_t open_orders() const override {
    std::size_t count = 0;
    for (const auto& [number, order] : desk_.account(0).orders())
      count += order.is_open() ? 1U : 0U;
    return count;
  }
  bool is_heard() const override { return !markets_.empty() && !others_.empty(); }

 private:
  static fyers_venue::Moment now() {
    const Timestamp wall = read_clocks().wall;
    return {.now = wall, .market = wall};
  }
  static fyers_venue::DeskRequest desk_request(const ServerRequest& request) {
    return {.method = request.method,
            .target = request.target,
            .body = request.body,
            .authorization = request.header("Authorization")};
  }

  FyersFrontDesk desk_;
  std::string token_;
  std::set<StreamId> markets_;
  std::set<StreamId> others_;
  std::uint32_t frames_ = 1'000'000;  // Beyond those of the desk.
};

}  // namespace

std::unique_ptr<SocketDesk> fyers_socket_desk() {
  return std::make_unique<FyersSocketDesk>();
}

}  // namespace tranchet
