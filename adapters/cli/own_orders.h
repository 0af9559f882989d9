// Our own orders at the venue, to be taken away: for who goes back to another program, which would
// not know them.
#pragma once

#include <expected>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/account_picture.h"
#include "adapters/live/writer.h"

namespace tranchet {

class OwnOrders {
 public:
  // Those that carry the account number of that configuration, and nobody else's.
  static std::expected<OwnOrders, WriterFailure> ask(const std::string& configuration);

  // The account as it is without them, and their list. True: something would be naked.
  bool tell(std::ostream& out) const;
  // Entries first, then targets; stops last, so that nothing is open for longer than it must be.
  // The error names what was left.
  std::expected<void, WriterFailure> take_away(std::ostream& out);

 private:
  explicit OwnOrders(AccountPicture picture);

  AccountPicture without_;
  std::vector<aster::SurveyOrder> ours_;
};

}  // namespace tranchet
