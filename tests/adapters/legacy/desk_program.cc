#include "tests/adapters/legacy/desk_program.h"

#include <algorithm>
#include <utility>

#include "adapters/aster/requests.h"
#include "adapters/aster/written_request.h"
#include "adapters/port/json.h"
#include "events/ensure.h"

namespace tranchet::legacy {
namespace {

std::unique_ptr<aster::Signer> make_signer() {
  auto made = aster::make_hmac_signer(kApiKey, Secret(kApiSecret));
  ENSURE(made.has_value());
  return std::move(*made);
}

}  // namespace

DeskVenue::DeskVenue(const aster_venue::DeskOptions& options)
    : signer_(make_signer()), desk_(options) {}

void DeskVenue::wait(Duration duration) {
  now_ = now_ + duration;
  desk_.advance(now_);
}

void DeskVenue::show(InstrumentId instrument, Price price) {
  desk_.observe(MarkPrice{instrument, price}, now_);
  desk_.observe(TradePrinted{.instrument = instrument,
                             .quantity = Quantity::from_raw(kDecimalOne),
                             .price = price,
                             .aggressor = 1},
                now_);
}

aster_venue::DeskAnswer DeskVenue::answer(const HttpRequest& request) {
  const bool has_key = !request.headers.empty() && request.headers.front().name == "X-MBX-APIKEY";
  return desk_.answer(
      {.method = to_text(request.method),
       .target = request.target,
       .body = request.body,
       .api_key = has_key ? std::string_view(request.headers.front().value) : std::string_view(),
       .peer = "here"},
      now_);
}

std::int64_t DeskVenue::order(const std::string& parameters) {
  const aster::Call call{.method = HttpMethod::Post,
                         .path = "/order",
                         .parameters = parameters,
                         .label = "POST order"};
  const auto answered = answer(aster::written_request(call, *signer_, [this] {
    nonce_ = std::max(nonce_ + 1, static_cast<std::uint64_t>(now_.nanoseconds() / 1'000));
    return nonce_;
  }));
  if (answered.status != 200) {
    ensure_failed(answered.body.c_str(), __FILE__, __LINE__);
  }
  const auto parsed = parse_json(answered.body);
  ENSURE(parsed.has_value());
  return Fields(*parsed, "").integer("orderId");
}

aster::VenueDesk DeskVenue::asker() {
  return aster::VenueDesk(
      *signer_,
      [this](const HttpRequest& request) -> std::expected<aster::AskAnswer, std::string> {
        const auto answered = answer(request);
        return aster::AskAnswer{.status = static_cast<int>(answered.status), .body = answered.body};
      },
      [this] { return now_; });
}

DeskProgram::DeskProgram(DeskVenue& venue, Engine& engine, Names& names,
                         const aster::CoreOptions& options)
    : venue_(venue),
      engine_(engine),
      core_(options, venue.signer(), names),
      loop_(engine, core_, silent_, {}) {}

DeskProgram::~DeskProgram() {
  for (const auto& [stream, line] : lines_) venue_.desk().on_stream_closed(line.id);
}

void DeskProgram::take(const std::vector<EventBody>& bodies) {
  for (const EventBody& body : bodies) {
    ENSURE(loop_.take(std::max(venue_.now(), engine_.state().now), body).has_value());
  }
}

bool DeskProgram::run_until(const std::function<bool()>& holds, Duration most) {
  const Timestamp until = venue_.now() + most;
  core_.start({venue_.now(), venue_.now()});
  while (venue_.now() < until) {
    round();
    if (holds()) return true;
    venue_.wait(Duration::milliseconds(50));
  }
  return false;
}

void DeskProgram::round() {
  core_.tick({venue_.now(), venue_.now()});
  exchange();
  keep(Stream::User);
  keep(Stream::Market);
  hear();
  // Prices before answers, as in the writer's round.
  std::vector<Occurrence> market;
  core_.take_market(market);
  for (const Occurrence& price : market) {
    ENSURE(loop_.take(std::max(price.time, engine_.state().now), price.body).has_value());
  }
  loop_.look_again();
  ENSURE(loop_.run_until(venue_.now()).has_value());
}

void DeskProgram::exchange() {
  std::vector<HttpRequest> requests;
  for (core_.take_requests(requests); !requests.empty(); core_.take_requests(requests)) {
    for (const HttpRequest& request : requests) {
      const auto answered = venue_.answer(request);
      std::vector<HttpHeader> headers;
      for (const auto& [name, value] : answered.headers) headers.push_back({name, value});
      core_.on_answer(request.id, {static_cast<int>(answered.status), headers, answered.body},
                      {venue_.now(), venue_.now()});
    }
    requests.clear();
  }
}

void DeskProgram::keep(Stream stream) {
  const auto wish = core_.wanted(stream);
  Line& line = lines_[stream];
  if (!wish || wish->attempt == line.attempt) return;
  line = {wish->attempt, venue_.desk().open_stream(wish->target, venue_.now())};
  core_.on_stream_open(stream, wish->attempt, {venue_.now(), venue_.now()});
}

void DeskProgram::hear() {
  for (const aster_venue::StreamOutput& output : venue_.desk().take_output()) {
    for (const auto& [stream, line] : lines_) {
      if (line.id != output.stream || output.text.empty()) continue;
      core_.on_stream_message(stream, line.attempt, output.text, {venue_.now(), venue_.now()});
    }
  }
}

}  // namespace tranchet::legacy
