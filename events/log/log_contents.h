// What writer and reader both ask of a log's contents: its head, its names, the hash of a commit.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "events/log/chain.h"
#include "events/log/environment.h"
#include "events/log/head_witness.h"
#include "events/log/seal.h"
#include "events/names.h"

namespace tranchet {

// Nullopt: no event was ever appended.
std::expected<std::optional<Seal>, LogError> last_seal(const ReadTransaction& transaction,
                                                       const Environment& environment);

// The last seal, once events, seals and witness agree on where the log ends. `witness` was read
// before `transaction` began.
std::expected<std::optional<Seal>, LogError> verified_head(const ReadTransaction& transaction,
                                                           const Environment& environment,
                                                           const Witness& witness);

// Adds the names that `names` does not hold yet, up to those that `head` knows.
std::expected<void, LogError> load_names(const ReadTransaction& transaction,
                                         const Environment& environment, const Seal& head,
                                         Names& names);

// All digest notes, in order; Damaged when one is missing.
std::expected<std::vector<DigestNote>, LogError> load_notes(const ReadTransaction& transaction,
                                                            const Environment& environment,
                                                            const Witness& witness);

// The newest snapshot that is whole and not above `at_most`.
std::expected<std::optional<StateSnapshot>, LogError> load_snapshot(
    const ReadTransaction& transaction, const Environment& environment, Sequence at_most);

// What the chain must be at `seal`, from its commit's records. `events` stands on the first record
// of the commit, `at`, and is left on what follows the last.
std::expected<ChainHash, LogError> hash_commit(const ReadTransaction& transaction,
                                               const Environment& environment,
                                               const std::optional<Seal>& previous,
                                               const Seal& seal, Cursor& events,
                                               std::optional<Cursor::Entry>& at,
                                               ChainHasher& hasher);

LogHead head_of(const std::optional<Seal>& seal);

}  // namespace tranchet
