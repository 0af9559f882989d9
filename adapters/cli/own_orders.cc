#include "adapters/cli/own_orders.h"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <utility>

#include "adapters/cli/exit_status.h"
#include "adapters/doctor/report.h"

namespace tranchet {
namespace {

using aster::SurveyOrder;

bool is_ours(const SurveyOrder& order) {
  return order.id != OrderId::None;
}

int turn_of(const SurveyOrder& order) {
  if (!order.is_exit()) return 0;
  return is_conditional(order.type) ? 2 : 1;
}

}  // namespace

OwnOrders::OwnOrders(AccountPicture picture) : without_(std::move(picture)) {
  std::ranges::copy_if(without_.survey.orders, std::back_inserter(ours_), is_ours);
  std::ranges::stable_sort(ours_, {}, turn_of);
  std::erase_if(without_.survey.orders, is_ours);
}

std::expected<OwnOrders, WriterFailure> OwnOrders::ask(const std::string& configuration) {
  auto picture = take_picture({.config = configuration});
  if (!picture) return std::unexpected(picture.error());
  return OwnOrders(*std::move(picture));
}

bool OwnOrders::tell(std::ostream& out) const {
  out << "  Without our orders at " << without_.access->host() << "\n\n";
  const Examination examination = without_.examination();
  print_examination(out, examination);
  out << (ours_.empty() ? "\n  None of our orders rests there.\n" : "\n  Our orders\n");
  for (const SurveyOrder& order : ours_) out << "    " << order_words(order) << "\n";
  return examination.is_anything_naked();
}

std::expected<void, WriterFailure> OwnOrders::take_away(std::ostream& out) {
  for (const SurveyOrder& order : ours_) {
    const auto outcome = without_.access->desk().cancel(order.symbol, order.number);
    if (!outcome) {
      return std::unexpected(WriterFailure{
          kWorldFailed, order_words(order) + " and those after it are left: " + outcome.error()});
    }
    const bool was_there = *outcome == aster::CancelOutcome::Cancelled;
    out << (was_there ? "  took away " : "  gone already: ") << order_words(order) << std::endl;
  }
  return {};
}

}  // namespace tranchet
