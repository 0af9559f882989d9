// Which part of a sweep this process runs: told by --shard, else by the scheduler that started it.
#pragma once

#include <expected>
#include <string>

#include "backtest/sweep/sweep.h"

namespace tranchet {

struct ShardChoice {
  Shard shard;
  std::string source;  // "--shard", "SLURM_ARRAY_TASK_ID", ...; empty: nobody said anything.
};

// `option` is I/N, I from 1. Without it:
//   Slurm        SLURM_ARRAY_TASK_ID and _COUNT, with _MIN and _STEP where they are set: the tasks
//                of an array take the shards in turn, whether it begins at 0 or at 1.
//   Kubernetes   JOB_COMPLETION_INDEX of an indexed Job, from 0. Kubernetes does not tell a pod how
//                many there are: the manifest sets JOB_COMPLETIONS.
// The error is a sentence.
std::expected<ShardChoice, std::string> choose_shard(const std::string& option);

}  // namespace tranchet
