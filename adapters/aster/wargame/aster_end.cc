#include "adapters/aster/wargame/aster_end.h"

#include <map>
#include <string>
#include <utility>

#include "adapters/aster/venue_clock.h"
#include "adapters/aster/wargame/twin_json.h"
#include "adapters/aster/wargame/twin_requests.h"
#include "adapters/port/wargame/core_end.h"

namespace tranchet::aster {
namespace {

// Of the test vector in Aster's documentation.
constexpr std::string_view kUser = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e";
constexpr std::string_view kKey =
    "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";

class AsterEnd final : public CoreEnd {
 public:
  AsterEnd(const Options& options, ProcessClock& clock, Wire& wire, Names& names,
           std::vector<CallCount>* calls)
      : CoreEnd(options, clock, wire, names), calls_(calls) {
    auto signer = make_wallet_signer(kUser, {}, Secret(kKey), kMainnetChain);
    ENSURE(signer.has_value());
    signer_ = std::move(*signer);
  }

  void on_response(const Response& response) override {
    const auto found = sent_.find(response.request);
    if (found == sent_.end() || !is_started()) return;
    const TwinAnswer answer = answer_text(found->second, response, words());
    const HttpHeader headers[] = {
        {"x-mbx-used-weight-1m", std::to_string(response.usage.weight_1m)},
        {"x-mbx-order-count-1m", std::to_string(response.usage.orders_1m)},
        {"x-mbx-order-count-10s", std::to_string(response.usage.orders_10s)}};
    aster_->on_answer(response.request, {answer.status, headers, answer.body}, moment());
    pump();
  }
  void on_message(const Update& update) override {
    if (const auto text = stream_text(update, words())) {
      aster_->on_stream_message(Stream::User, line(Stream::User).attempt, *text, moment());
      pump();
    }
  }
  void on_cut(Stream stream) override {
    // A key that has expired says so, and then nothing any more.
    if (stream == Stream::User && ++cuts_ % 3 == 0) {
      aster_->on_stream_message(stream, line(stream).attempt, R"({"e":"listenKeyExpired","E":1})",
                                moment());
    }
    CoreEnd::on_cut(stream);
  }
  void on_input(const EventBody& body) override {
    const auto text = is_started() ? market_text(body, words()) : std::nullopt;
    const Line& market = line(Stream::Market);
    if (!text || !market.up) return put_in_inbox({clock_.wall(), body});
    aster_->on_stream_message(Stream::Market, market.attempt, *text, moment());
    take_prices();
  }

 private:
  TwinWords words() const { return {.names = names_, .mode = options_.mode}; }

  std::unique_ptr<VenueCore> make_core() override {
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
    auto core = std::make_unique<AsterCore>(options, *signer_, names_);
    aster_ = core.get();
    return core;
  }

  void read(const HttpRequest& http, Request& request) override {
    if (calls_ != nullptr) *calls_ = aster_->calls();
    const ReadRequest read = read_request(http, names_);
    sent_.emplace(http.id, read);
    request.nonce = read.nonce;
    request.weight = read.weight;
    switch (read.asked) {
      case Asked::Orders:
      case Asked::Amend:
      case Asked::Cancel:
      case Asked::Query:
        take_commands(read.commands, request);
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
  }
  bool is_same(const SubmitOrder& a, const SubmitOrder& b) const override {
    return a.order == b.order && a.quantity == b.quantity && a.limit_price == b.limit_price &&
           a.stop_price == b.stop_price && a.instrument == b.instrument && a.side == b.side &&
           a.order_type == b.order_type && a.reduce_only == b.reduce_only &&
           (!is_conditional(a.order_type) || a.working_type == b.working_type) &&
           (a.order_type != OrderType::Limit || a.time_in_force == b.time_in_force);
  }
  // A query by number, of a fill that was fetched.
  bool is_cores_own(const Command& command) const override {
    return std::holds_alternative<QueryOrder>(command);
  }

  std::vector<CallCount>* calls_;
  std::unique_ptr<Signer> signer_;
  AsterCore* aster_ = nullptr;  // The base's core.
  std::map<std::uint64_t, ReadRequest> sent_;
  std::uint64_t cuts_ = 0;
};

}  // namespace

EndMaker aster_end(std::vector<CallCount>* calls) {
  return [calls](const ProcessEnd::Options& options, ProcessClock& clock, Wire& wire, MarkWatch&,
                 Names& names) -> std::unique_ptr<ProcessEnd> {
    return std::make_unique<AsterEnd>(options, clock, wire, names, calls);
  };
}

}  // namespace tranchet::aster
