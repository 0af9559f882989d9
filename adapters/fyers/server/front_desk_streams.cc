// Prices, time and streams at the front desk.
#include <algorithm>

#include "adapters/fyers/server/front_desk.h"
#include "adapters/venue_server/url_text.h"

namespace tranchet::fyers_venue {
namespace {

constexpr std::string_view kOrderStream = "/trade/v3";
constexpr std::string_view kDataStream = "/hsm/v1-5/prod";

// {"orders":{...}} -> orders
std::string_view kind_of(std::string_view message) {
  return message.substr(2, message.find('"', 2) - 2);
}

}  // namespace

unsigned FyersFrontDesk::refuses_stream(const DeskRequest& request, const Moment& moment) const {
  if (moment.now < refused_until_ || moment.now < maintained_until_) return 503;
  const std::string_view path = venue_server::path_of(request.target);
  if (path == kDataStream) return 0;  // It says who it is once it is open.
  if (path != kOrderStream) return 404;
  return authenticate(request.authorization, moment.now) ? 0 : 403;
}

StreamId FyersFrontDesk::open_stream(const DeskRequest& request, const Moment& moment) {
  const StreamId stream = next_stream_++;
  if (venue_server::path_of(request.target) == kDataStream) {
    data_.open(stream);
    return stream;
  }
  // Between the refusal that did not come and now its token may have gone: it then hears nothing.
  const auto account = authenticate(request.authorization, moment.now);
  if (!account) return stream;
  const auto index =
      std::ranges::find_if(accounts_, [&](const auto& each) { return each.get() == *account; }) -
      accounts_.begin();
  listeners_[stream].account = static_cast<std::size_t>(index);
  return stream;
}

void FyersFrontDesk::on_stream_closed(StreamId stream) {
  listeners_.erase(stream);
  data_.closed(stream);
}

void FyersFrontDesk::on_stream_text(StreamId stream, std::string_view text,
                                    const Moment& /*moment*/) {
  const auto found = listeners_.find(stream);
  if (found == listeners_.end()) return;
  if (text == "ping") {
    output_.push_back({.stream = stream, .text = "pong"});
    return;
  }
  const auto request = parse_json(text);
  const Json* list = request && request->is_object() ? request->find("SLIST") : nullptr;
  const Json* kind = request && request->is_object() ? request->find("SUB_T") : nullptr;
  // Whatever else a client says is not answered: most cannot read what is no JSON.
  if (list == nullptr || kind == nullptr) return;
  for (const Json& item : list->items) {
    if (kind->text == "1") found->second.kinds.insert(item.text);
    if (kind->text == "-1") found->second.kinds.erase(item.text);
  }
  const std::string_view message =
      kind->text == "1" ? "Successfully subscribed" : "Successfully unsubscribed";
  output_.push_back(
      {.stream = stream,
       .text = JsonObject().number("code", 1605).text("message", message).text("s", "ok").str()});
}

void FyersFrontDesk::on_stream_binary(StreamId stream, std::string_view bytes,
                                      const Moment& /*moment*/) {
  data_.on_frame(stream, bytes);
}

std::vector<StreamOutput> FyersFrontDesk::take_output() {
  std::vector<StreamOutput> all = std::exchange(output_, {});
  for (StreamOutput& output : data_.take()) all.push_back(std::move(output));
  return all;
}

// ---- Prices and time.

void FyersFrontDesk::observe(std::size_t board, const EventBody& market, const Moment& moment) {
  // The hours first: what is squared off knows nothing of this price.
  advance(moment);
  boards_[board].observe(market, moment.market);
  for (const auto& account : accounts_) {
    account->desk->observe(board, market, moment);
    account->gtt.watch(board, moment);
  }
  data_.publish(board);
  flush_orders(moment);
}

Timestamp FyersFrontDesk::next_wakeup(Timestamp now) const {
  const Timestamp second = now + Duration::seconds(1);
  return late_.empty() ? second : std::min(second, late_.front().due);
}

void FyersFrontDesk::advance(const Moment& moment) {
  while (!late_.empty() && late_.front().due <= moment.now) {
    send(late_.front().account, late_.front().text);
    late_.pop_front();
  }
  // What was to come after the next one, and there was none.
  if (held_ && held_->due + Duration::seconds(1) <= moment.now) {
    send(held_->account, held_->text);
    held_.reset();
  }
  for (const auto& account : accounts_) account->desk->settle(moment);
  flush_orders(moment);
}

// ---- The order stream.

void FyersFrontDesk::flush_orders(const Moment& moment) {
  for (std::size_t index = 0; index < accounts_.size(); ++index) {
    for (std::string& event : accounts_[index]->desk->take_events()) {
      publish(index, std::move(event), moment.now);
    }
  }
}

void FyersFrontDesk::send(std::size_t account, const std::string& text) {
  for (const auto& [stream, listener] : listeners_) {
    if (listener.account != account || !listener.kinds.contains(std::string(kind_of(text)))) {
      continue;
    }
    output_.push_back({.stream = stream, .text = text});
  }
}

void FyersFrontDesk::publish(std::size_t account, std::string text, Timestamp now) {
  const bool is_heard = std::ranges::any_of(listeners_, [&](const auto& item) {
    return item.second.account == account && item.second.kinds.contains(std::string(kind_of(text)));
  });
  if (!is_heard) return;
  if (faults_.strike(FaultKind::LoseEvent) != nullptr) return;
  if (const FaultOrder* late = faults_.strike(FaultKind::LateEvent)) {
    const LateMessage message{now + late->length, account, std::move(text)};
    const auto place = std::ranges::upper_bound(late_, message.due, {}, &LateMessage::due);
    late_.insert(place, message);
    return;
  }
  if (!held_ && faults_.strike(FaultKind::ReorderEvents) != nullptr) {
    held_ = LateMessage{now, account, std::move(text)};
    return;
  }
  send(account, text);
  if (faults_.strike(FaultKind::DuplicateEvent) != nullptr) send(account, text);
  if (held_) {
    send(held_->account, held_->text);
    held_.reset();
  }
}

}  // namespace tranchet::fyers_venue
