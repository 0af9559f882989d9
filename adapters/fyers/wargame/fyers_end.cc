#include "adapters/fyers/wargame/fyers_end.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "adapters/fyers/core.h"
#include "adapters/fyers/order_stream.h"
#include "adapters/fyers/wargame/twin_frames.h"
#include "adapters/fyers/wargame/twin_json.h"
#include "adapters/fyers/wargame/twin_requests.h"
#include "adapters/port/wargame/core_end.h"

namespace tranchet::fyers {
namespace {

// {"sub":"access_token","fy_id":"XV1","hsm_key":"hsm","exp":4102444800}: good until 2100.
constexpr std::string_view kToken =
    "e30.eyJzdWIiOiJhY2Nlc3NfdG9rZW4iLCJmeV9pZCI6IlhWM"
    "SIsImhzbV9rZXkiOiJoc20iLCJleHAiOjQxMDI0NDQ4MDB9.x";
constexpr std::string_view kSubscribed =
    R"({"s":"ok","code":1605,"message":"Successfully subscribed"})";

class FyersEnd final : public CoreEnd {
 public:
  FyersEnd(const Options& options, ProcessClock& clock, Wire& wire, Names& names)
      : CoreEnd(options, clock, wire, names) {}

  void on_response(const Response& response) override {
    const auto found = sent_.find(response.request);
    if (found == sent_.end() || !is_started()) return;
    // What comes after its connection was given up is not carried out, and not answered.
    if (response.verdict == Verdict::NonceOld || response.verdict == Verdict::NonceUsed) return;
    const bool refused_later = response.request % 3 == 0;
    const TwinAnswer answer = answer_text(found->second, response, refused_later, names_);
    fyers_->on_answer(response.request,
                      {.status = answer.status, .headers = {}, .body = answer.body}, moment());
    if (refused_later && response.verdict == Verdict::Answered) tell_refusals(response);
    pump();
  }
  void on_message(const Update& update) override {
    for (const std::string& text : stream_texts(update, names_)) {
      fyers_->on_stream_message(Stream::User, line(Stream::User).attempt, text, moment());
    }
    pump();
  }
  void on_connected(Stream stream, Timestamp time, const DoorUsage& usage) override {
    if (stream == Stream::Market) frames_.connected();
    CoreEnd::on_connected(stream, time, usage);
  }
  void on_input(const EventBody& body) override {
    // The last price is the mark as well: the trade's frame has said it.
    if (std::holds_alternative<MarkPrice>(body)) return;
    const auto* trade = std::get_if<TradePrinted>(&body);
    if (trade == nullptr) return put_in_inbox({clock_.wall(), body});
    const Line& market = line(Stream::Market);
    if (!is_started() || !market.up) return;
    const std::string frame = frames_.price_frame(*trade);
    if (frame.empty()) return;
    fyers_->on_stream_message(Stream::Market, market.attempt, frame, moment());
    take_prices();
    pump();
  }

 private:
  std::unique_ptr<VenueCore> make_core() override {
    CoreOptions options{.seed = options_.incarnation, .listed = options_.rules};
    if (options_.known_until > Timestamp()) options.last_active = options_.known_until;
    for (std::size_t id = 1; id <= names_.instruments(); ++id) {
      const std::string symbol(names_.symbol(static_cast<InstrumentId>(id)));
      options.symbols.push_back({.symbol = symbol});
    }
    auto token = AccessToken::from("ABCD1234-100", Secret(std::string(kToken)), clock_.wall());
    ENSURE(token.has_value());
    auto core = std::make_unique<FyersCore>(options, *std::move(token), names_);
    fyers_ = core.get();
    return core;
  }

  void read(const HttpRequest& http, Request& request) override {
    const ReadRequest read = read_request(http, names_);
    sent_.emplace(http.id, read);
    request.nonce = next_nonce();
    request.weight = read.requests;
    switch (read.asked) {
      case Asked::Order:
      case Asked::Batch:
      case Asked::Amend:
      case Asked::Cancel:
      case Asked::Query:
        take_commands(read.commands, request);
        break;
      case Asked::OrderBook:
        request.command = RequestSnapshot{};
        request.cause = cause_of(request.command);
        [[fallthrough]];
      case Asked::Positions:
      case Asked::Funds:
        request.question = Question::Account;
        break;
      case Asked::Trades:
        request.question = Question::Trades;
        break;
      case Asked::Tokens:
      case Asked::Quotes:
        request.question = Question::Private;
        break;
    }
  }
  bool is_same(const SubmitOrder& a, const SubmitOrder& b) const override {
    return a.order == b.order && a.quantity == b.quantity && a.limit_price == b.limit_price &&
           a.stop_price == b.stop_price && a.instrument == b.instrument && a.side == b.side &&
           a.order_type == b.order_type &&
           (a.order_type != OrderType::Limit || a.time_in_force == b.time_in_force);
  }

  bool converse() override {
    std::vector<StreamFrame> frames;
    fyers_->take_frames(frames);
    for (const StreamFrame& frame : frames) hear(frame);
    return !frames.empty();
  }

  void hear(const StreamFrame& frame) {
    const Line& connection = line(frame.stream);
    if (frame.attempt != connection.attempt || !connection.up) return;
    const std::string_view bytes = frame.bytes.reveal();
    if (frame.stream == Stream::Market) {
      for (const std::string& answer : frames_.answers_to(bytes)) {
        fyers_->on_stream_message(Stream::Market, connection.attempt, answer, moment());
      }
      return;
    }
    const std::string_view answer = bytes == kOrderStreamPing ? "pong" : kSubscribed;
    fyers_->on_stream_message(Stream::User, connection.attempt, answer, moment());
  }

  // What the broker has taken and the exchange has not.
  void tell_refusals(const Response& response) {
    for (const Update& update : response.updates) {
      const auto* rejected = std::get_if<OrderRejected>(&update.body);
      if (rejected == nullptr || !line(Stream::User).up) continue;
      fyers_->on_stream_message(Stream::User, line(Stream::User).attempt,
                                refusal_text(submitted(rejected->order), rejected->reason, names_),
                                moment());
    }
  }

  // Fyers has none. Here it says when the request left: on a connection that was given up nothing
  // arrives any more, and the door of a world knows that by the time.
  std::uint64_t next_nonce() {
    const auto now = static_cast<std::uint64_t>(clock_.steady().nanoseconds() / 1'000);
    nonce_ = std::max(nonce_ + 1, now);
    return nonce_;
  }

  FyersCore* fyers_ = nullptr;  // The base's core.
  TwinFrames frames_;
  std::map<std::uint64_t, ReadRequest> sent_;
  std::uint64_t nonce_ = 0;
};

}  // namespace

EndMaker fyers_end() {
  return [](const ProcessEnd::Options& options, ProcessClock& clock, Wire& wire, MarkWatch&,
            Names& names) -> std::unique_ptr<ProcessEnd> {
    return std::make_unique<FyersEnd>(options, clock, wire, names);
  };
}

}  // namespace tranchet::fyers
