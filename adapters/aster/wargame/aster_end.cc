#include "adapters/aster/wargame/aster_end.h"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "adapters/aster/core.h"
#include "adapters/aster/venue_clock.h"
#include "adapters/aster/wargame/twin_json.h"
#include "adapters/aster/wargame/twin_requests.h"
#include "events/order_of.h"

namespace tranchet::aster {
namespace {

// Of the test vector in Aster's documentation.
constexpr std::string_view kUser = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e";
constexpr std::string_view kKey =
    "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";

// What the wire carries of it is what was asked for.
bool is_same(const SubmitOrder& a, const SubmitOrder& b) {
  return a.order == b.order && a.quantity == b.quantity && a.limit_price == b.limit_price &&
         a.stop_price == b.stop_price && a.instrument == b.instrument && a.side == b.side &&
         a.order_type == b.order_type && a.reduce_only == b.reduce_only &&
         (!is_conditional(a.order_type) || a.working_type == b.working_type) &&
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

class AsterEnd final : public ProcessEnd {
 public:
  AsterEnd(const Options& options, ProcessClock& clock, Wire& wire, Names& names,
           std::vector<CallCount>* calls)
      : options_(options), clock_(clock), wire_(wire), names_(names), calls_(calls) {
    auto signer = make_wallet_signer(kUser, {}, Secret(kKey), kMainnetChain);
    ENSURE(signer.has_value());
    signer_ = std::move(*signer);
  }

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
    if (user_up_) core_->on_stream_alive(Stream::User, user_attempt_, moment());
    if (market_up_) core_->on_market_alive(moment());
    core_->tick(moment());
    pump();
  }
  std::optional<Timestamp> next_tick() const override {
    if (!core_ || dead_) return std::nullopt;
    return core_->next_tick();
  }

  // ---- The wire.
  void start() override {
    CoreOptions options{.position_mode = options_.mode,
                        .seed = options_.incarnation,
                        .listed = options_.rules,
                        .known_until = options_.known_until,
                        .weight_per_minute = options_.limits.weight_per_minute,
                        .orders_per_minute = options_.limits.orders_per_minute,
                        .orders_per_10_seconds = options_.limits.orders_per_10_seconds};
    for (std::size_t id = 1; id <= names_.instruments(); ++id) {
      const std::string symbol(names_.symbol(static_cast<InstrumentId>(id)));
      options.instruments.push_back({.symbol = symbol});
      options.traded.push_back(symbol);
    }
    core_ = std::make_unique<AsterCore>(options, *signer_, names_);
    core_->start(moment());
    core_->submit(early_, moment().wall);
    pump();
  }
  void on_response(const Response& response) override {
    const auto found = sent_.find(response.request);
    if (found == sent_.end() || !core_) return;
    const TwinAnswer answer = answer_text(found->second, response, words());
    const HttpHeader headers[] = {
        {"x-mbx-used-weight-1m", std::to_string(response.usage.weight_1m)},
        {"x-mbx-order-count-1m", std::to_string(response.usage.orders_1m)},
        {"x-mbx-order-count-10s", std::to_string(response.usage.orders_10s)}};
    core_->on_answer(response.request, {answer.status, headers, answer.body}, moment());
    pump();
  }
  void on_message(const Update& update) override {
    if (const auto text = stream_text(update, words())) {
      core_->on_stream_text(Stream::User, user_attempt_, *text, moment());
      pump();
    }
  }
  void on_trades(std::span<const Update>, Timestamp) override { ENSURE(false); }  // REST here.
  void on_connected(Stream stream, Timestamp, const DoorUsage&) override {
    (stream == Stream::User ? user_up_ : market_up_) = true;
    core_->on_stream_open(stream, stream == Stream::User ? user_attempt_ : market_attempt_,
                          moment());
    pump();
  }
  void on_cut(Stream stream) override {
    (stream == Stream::User ? user_up_ : market_up_) = false;
    // A key that has expired says so, and then nothing any more.
    if (stream == Stream::User && ++cuts_ % 3 == 0) {
      core_->on_stream_text(stream, user_attempt_, R"({"e":"listenKeyExpired","E":1})", moment());
    }
    core_->on_stream_closed(stream, stream == Stream::User ? user_attempt_ : market_attempt_,
                            moment());
    pump();
  }
  void on_input(const EventBody& body) override {
    const auto text = core_ ? market_text(body, words()) : std::nullopt;
    if (!text || !market_up_) {
      inbox_.push_back({clock_.wall(), body});
      return;
    }
    core_->on_stream_text(Stream::Market, market_attempt_, *text, moment());
    std::vector<Occurrence> heard;
    core_->take_market(heard);
    ENSURE(heard.size() == 1);
    inbox_.insert(inbox_.end(), heard.begin(), heard.end());
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

  Moment moment() { return {.steady = clock_.steady(), .wall = clock_.wall()}; }
  TwinWords words() const { return {.names = names_, .mode = options_.mode}; }

  void pump() {
    std::vector<HttpRequest> requests;
    core_->take_requests(requests);
    for (const HttpRequest& request : requests) send(request);
    if (calls_ != nullptr && !requests.empty()) *calls_ = core_->calls();
    if (dead_) return;
    connect(Stream::User, user_attempt_, user_up_);
    connect(Stream::Market, market_attempt_, market_up_);
  }

  void connect(Stream stream, std::uint64_t& attempt, bool& up) {
    const auto wish = core_->wanted(stream);
    if (!wish) up = false;
    if (!wish || wish->attempt == attempt) return;
    attempt = wish->attempt;
    up = false;
    wire_.connect(stream, options_.incarnation);
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
                    .nonce = read.nonce,
                    .command = CancelTimer{},
                    .weight = read.weight};
    switch (read.asked) {
      case Asked::Orders:
      case Asked::Amend:
      case Asked::Cancel:
      case Asked::Query:
        take_commands(read, request);
        break;
      case Asked::OpenOrders:
        request.command = RequestSnapshot{};
        request.cause = cause_of(request.command);
        [[fallthrough]];
      case Asked::Positions:
      case Asked::Balance:
        request.question = Question::Account;
        break;
      case Asked::Trades:
        request.question = Question::Trades;
        request.since = from_milliseconds(read.since);
        break;
      default:
        request.question = read.nonce == 0 ? Question::Public : Question::Private;
        break;
    }
    wire_.send(request);
  }

  // The wire does not carry what an order is for; the checks want to know.
  void take_commands(const ReadRequest& read, Request& request) {
    for (const Command& command : read.commands) {
      const AskedFor* found = asked_for(command);
      // A query by number, of a fill that was fetched, is the core's own.
      ENSURE(found != nullptr || std::holds_alternative<QueryOrder>(command));
      const Command& meant = found == nullptr ? command : found->command;
      if (&command == &read.commands.front()) {
        request.command = meant;
        request.cause = cause_of(command);
      } else {
        request.others.push_back(meant);
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
  std::vector<CallCount>* calls_;
  std::unique_ptr<Signer> signer_;
  std::unique_ptr<AsterCore> core_;
  std::vector<Command> early_;  // Asked for before the start.
  std::map<std::pair<std::size_t, OrderId>, std::vector<AskedFor>> asked_;
  std::map<std::uint64_t, ReadRequest> sent_;
  std::deque<Occurrence> inbox_;
  Timestamp last_now_;
  Sequence cause_{};
  std::uint64_t user_attempt_ = 0;
  std::uint64_t market_attempt_ = 0;
  std::uint64_t cuts_ = 0;
  bool user_up_ = false;
  bool market_up_ = false;
  std::optional<std::uint64_t> lives_;
  bool dead_ = false;
};

}  // namespace

EndMaker aster_end(std::vector<CallCount>* calls) {
  return [calls](const ProcessEnd::Options& options, ProcessClock& clock, Wire& wire, MarkWatch&,
                 Names& names) -> std::unique_ptr<ProcessEnd> {
    return std::make_unique<AsterEnd>(options, clock, wire, names, calls);
  };
}

}  // namespace tranchet::aster
