#include "adapters/fyers/wargame/fyers_end.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "adapters/fyers/core.h"
#include "adapters/fyers/order_stream.h"
#include "adapters/fyers/wargame/twin_frames.h"
#include "adapters/fyers/wargame/twin_json.h"
#include "adapters/fyers/wargame/twin_requests.h"
#include "events/order_of.h"

namespace tranchet::fyers {
namespace {

// {"sub":"access_token","fy_id":"XV1","hsm_key":"hsm","exp":4102444800}: good until 2100.
constexpr std::string_view kToken =
    "e30.eyJzdWIiOiJhY2Nlc3NfdG9rZW4iLCJmeV9pZCI6IlhWM"
    "SIsImhzbV9rZXkiOiJoc20iLCJleHAiOjQxMDI0NDQ4MDB9.x";
constexpr std::string_view kSubscribed =
    R"({"s":"ok","code":1605,"message":"Successfully subscribed"})";

// What the wire carries of it is what was asked for.
bool is_same(const SubmitOrder& a, const SubmitOrder& b) {
  return a.order == b.order && a.quantity == b.quantity && a.limit_price == b.limit_price &&
         a.stop_price == b.stop_price && a.instrument == b.instrument && a.side == b.side &&
         a.order_type == b.order_type &&
         (a.order_type != OrderType::Limit || a.time_in_force == b.time_in_force);
}

bool is_same(const Command& wire, const Command& asked) {
  if (const auto* order = std::get_if<SubmitOrder>(&wire)) {
    return is_same(*order, std::get<SubmitOrder>(asked));
  }
  if (const auto* amend = std::get_if<AmendOrder>(&wire)) {
    const auto& other = std::get<AmendOrder>(asked);
    return amend->quantity == other.quantity && amend->limit_price == other.limit_price;
  }
  return true;
}

class FyersEnd final : public ProcessEnd {
 public:
  FyersEnd(const Options& options, ProcessClock& clock, Wire& wire, Names& names)
      : options_(options), clock_(clock), wire_(wire), names_(names) {}

  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override {
    for (const Command& command : commands) {
      asked_[{command.index(), order_of(command)}].push_back({command, cause_});
    }
    if (!core_) {
      early_.insert(early_.end(), commands.begin(), commands.end());
      return;
    }
    core_->submit(commands, now);
    pump();
  }
  std::optional<Timestamp> next_wakeup() const override {
    if (dead_) return std::nullopt;
    std::optional<Timestamp> due = core_ ? core_->next_wakeup() : std::nullopt;
    if (!inbox_.empty()) due = due ? std::min(*due, inbox_.front().time) : inbox_.front().time;
    if (due) due = std::max(*due, last_now_);
    return due;
  }
  void advance(Timestamp now, std::vector<Occurrence>& out) override {
    last_now_ = std::max(last_now_, now);
    if (dead_) return;
    if (!inbox_.empty() && inbox_.front().time <= now) {
      out.push_back({now, inbox_.front().body});
      inbox_.pop_front();
    } else if (core_) {
      core_->advance(now, out);
    }
  }

  // ---- Time.
  void tick() override {
    if (!core_ || dead_) return;
    // What a shell hears when it pings, and the prices of all the symbols of a venue.
    if (user_.up) core_->on_stream_alive(Stream::User, user_.attempt, moment());
    if (market_.up) core_->on_market_alive(moment());
    core_->tick(moment());
    pump();
  }
  std::optional<Timestamp> next_tick() const override {
    if (!core_ || dead_) return std::nullopt;
    return core_->next_tick();
  }

  // ---- The wire.
  void start() override {
    CoreOptions options{.seed = options_.incarnation, .listed = options_.rules};
    if (options_.known_until > Timestamp()) options.last_active = options_.known_until;
    for (std::size_t id = 1; id <= names_.instruments(); ++id) {
      const std::string symbol(names_.symbol(static_cast<InstrumentId>(id)));
      options.symbols.push_back({.symbol = symbol});
    }
    auto token = AccessToken::from("ABCD1234-100", Secret(std::string(kToken)), clock_.wall());
    ENSURE(token.has_value());
    core_ = std::make_unique<FyersCore>(options, *std::move(token), names_);
    core_->start(moment());
    core_->submit(early_, moment().wall);
    pump();
  }
  void on_response(const Response& response) override {
    const auto found = sent_.find(response.request);
    if (found == sent_.end() || !core_) return;
    // What comes after its connection was given up is not carried out, and not answered.
    if (response.verdict == Verdict::NonceOld || response.verdict == Verdict::NonceUsed) return;
    const bool refused_later = response.request % 3 == 0;
    const TwinAnswer answer = answer_text(found->second, response, refused_later, names_);
    core_->on_answer(response.request,
                     {.status = answer.status, .headers = {}, .body = answer.body}, moment());
    if (refused_later && response.verdict == Verdict::Answered) tell_refusals(response);
    pump();
  }
  void on_message(const Update& update) override {
    for (const std::string& text : stream_texts(update, names_)) {
      core_->on_stream_message(Stream::User, user_.attempt, text, moment());
    }
    pump();
  }
  void on_trades(std::span<const Update>, Timestamp) override { ENSURE(false); }  // REST here.
  void on_connected(Stream stream, Timestamp, const DoorUsage&) override {
    Line& connection = line(stream);
    connection.up = true;
    if (stream == Stream::Market) frames_.connected();
    core_->on_stream_open(stream, connection.attempt, moment());
    pump();
  }
  void on_cut(Stream stream) override {
    Line& connection = line(stream);
    connection.up = false;
    core_->on_stream_closed(stream, connection.attempt, moment());
    pump();
  }
  void on_input(const EventBody& body) override {
    // The last price is the mark as well: the trade's frame has said it.
    if (std::holds_alternative<MarkPrice>(body)) return;
    const auto* trade = std::get_if<TradePrinted>(&body);
    if (trade == nullptr) {
      inbox_.push_back({clock_.wall(), body});
      return;
    }
    if (!core_ || !market_.up) return;
    const std::string frame = frames_.price_frame(*trade);
    if (frame.empty()) return;
    core_->on_stream_message(Stream::Market, market_.attempt, frame, moment());
    std::vector<Occurrence> heard;
    core_->take_market(heard);
    ENSURE(!heard.empty());
    inbox_.insert(inbox_.end(), heard.begin(), heard.end());
    pump();
  }

  void die_after(std::uint64_t count) override { lives_ = count; }
  bool is_dead() const override { return dead_; }
  bool is_idle() const override { return !dead_ && core_ && inbox_.empty() && core_->is_idle(); }
  void set_cause(Sequence cause) override { cause_ = cause; }

 private:
  struct AskedFor {
    Command command;
    Sequence cause{};
  };
  struct Line {
    std::uint64_t attempt = 0;
    bool up = false;
  };

  Moment moment() { return {.steady = clock_.steady(), .wall = clock_.wall()}; }
  Line& line(Stream stream) { return stream == Stream::User ? user_ : market_; }

  // Until the core has nothing more to say: an answer to a frame makes the next one.
  void pump() {
    while (!dead_) {
      std::vector<HttpRequest> requests;
      core_->take_requests(requests);
      for (const HttpRequest& request : requests) send(request);
      if (dead_) return;
      connect(Stream::User);
      connect(Stream::Market);
      std::vector<StreamFrame> frames;
      core_->take_frames(frames);
      if (frames.empty()) return;
      for (const StreamFrame& frame : frames) hear(frame);
    }
  }

  void connect(Stream stream) {
    Line& connection = line(stream);
    const auto wish = core_->wanted(stream);
    if (!wish) connection.up = false;
    if (!wish || wish->attempt == connection.attempt) return;
    connection = {.attempt = wish->attempt};
    wire_.connect(stream, options_.incarnation);
  }

  void hear(const StreamFrame& frame) {
    const Line& connection = line(frame.stream);
    if (frame.attempt != connection.attempt || !connection.up) return;
    const std::string_view bytes = frame.bytes.reveal();
    if (frame.stream == Stream::Market) {
      for (const std::string& answer : frames_.answers_to(bytes)) {
        core_->on_stream_message(Stream::Market, connection.attempt, answer, moment());
      }
      return;
    }
    const std::string_view answer = bytes == kOrderStreamPing ? "pong" : kSubscribed;
    core_->on_stream_message(Stream::User, connection.attempt, answer, moment());
  }

  // What the broker has taken and the exchange has not.
  void tell_refusals(const Response& response) {
    for (const Update& update : response.updates) {
      const auto* rejected = std::get_if<OrderRejected>(&update.body);
      if (rejected == nullptr || !user_.up) continue;
      const auto& order = std::get<SubmitOrder>(submitted(rejected->order));
      core_->on_stream_message(Stream::User, user_.attempt,
                               refusal_text(order, rejected->reason, names_), moment());
    }
  }

  const Command& submitted(OrderId order) const {
    const Command asked = SubmitOrder{.order = order};
    return asked_.at({asked.index(), order}).back().command;
  }

  void send(const HttpRequest& http) {
    if (dead_) return;
    if (lives_ && *lives_ == 0) {
      dead_ = true;
      return;
    }
    if (lives_) --*lives_;
    const ReadRequest read = read_request(http, names_);
    sent_.emplace(http.id, read);
    Request request{.id = http.id,
                    .incarnation = options_.incarnation,
                    .nonce = next_nonce(),
                    .command = CancelTimer{},
                    .weight = read.requests};
    switch (read.asked) {
      case Asked::Order:
      case Asked::Batch:
      case Asked::Amend:
      case Asked::Cancel:
      case Asked::Query:
        take_commands(read, request);
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
    wire_.send(request);
  }

  // Fyers has none. Here it says when the request left: on a connection that was given up nothing
  // arrives any more, and the door of a world knows that by the time.
  std::uint64_t next_nonce() {
    const auto now = static_cast<std::uint64_t>(clock_.steady().nanoseconds() / 1'000);
    nonce_ = std::max(nonce_ + 1, now);
    return nonce_;
  }

  // The wire does not carry what an order is for; the checks want to know.
  void take_commands(const ReadRequest& read, Request& request) {
    for (const Command& command : read.commands) {
      const AskedFor* found = asked_for(command);
      ENSURE(found != nullptr);
      if (&command == &read.commands.front()) {
        request.command = found->command;
        request.cause = found->cause;
      } else {
        request.others.push_back(found->command);
      }
    }
  }

  // The newest that the wire's form can stand for; null: nobody asked for that.
  const AskedFor* asked_for(const Command& command) const {
    const auto found = asked_.find({command.index(), order_of(command)});
    if (found == asked_.end()) return nullptr;
    for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
      if (is_same(command, at->command)) return &*at;
    }
    return nullptr;
  }
  Sequence cause_of(const Command& command) const {
    const AskedFor* found = asked_for(command);
    return found == nullptr ? Sequence{} : found->cause;
  }

  Options options_;
  ProcessClock& clock_;
  Wire& wire_;
  Names& names_;
  std::unique_ptr<FyersCore> core_;
  TwinFrames frames_;
  std::vector<Command> early_;  // Asked for before the start.
  std::map<std::pair<std::size_t, OrderId>, std::vector<AskedFor>> asked_;
  std::map<std::uint64_t, ReadRequest> sent_;
  std::deque<Occurrence> inbox_;
  Timestamp last_now_;
  Sequence cause_{};
  std::uint64_t nonce_ = 0;
  Line user_;
  Line market_;
  std::optional<std::uint64_t> lives_;
  bool dead_ = false;
};

}  // namespace

EndMaker fyers_end() {
  return [](const ProcessEnd::Options& options, ProcessClock& clock, Wire& wire, MarkWatch&,
            Names& names) -> std::unique_ptr<ProcessEnd> {
    return std::make_unique<FyersEnd>(options, clock, wire, names);
  };
}

}  // namespace tranchet::fyers
