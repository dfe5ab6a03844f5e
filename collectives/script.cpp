#include "collectives/script.hpp"

#include "collectives/closed_form.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace lightloom {

Communicator place(std::uint32_t size, std::uint32_t stride, const ScaleUpDomain &domain) {
  Communicator c;
  c.size = size;
  c.stride = stride;
  c.scale_up = size * stride <= domain.gpus && domain.gpus % (size * stride) == 0;
  if (!c.scale_up && domain.gpus % stride == 0 && size % (domain.gpus / stride) == 0)
    c.domain = domain.gpus / stride;
  return c;
}

Section section(Block block, std::uint32_t repeat) { return {repeat, std::make_shared<const Block>(std::move(block))}; }

Instruction compute(Duration duration, std::uint16_t label) {
  EXPECTS(duration >= Duration::zero());
  return {.kind = Instruction::Kind::compute, .label = label, .duration = duration};
}

Instruction signal_event(std::uint32_t event) { return {.kind = Instruction::Kind::signal, .event = event}; }

Instruction wait_event(std::uint32_t event, std::uint32_t count) {
  return {.kind = Instruction::Kind::wait, .event = event, .count = count};
}

Instruction begin_step() { return {.kind = Instruction::Kind::begin_step}; }
Instruction end_step() { return {.kind = Instruction::Kind::end_step}; }

Instruction send_to(std::uint32_t index, std::int32_t shift, std::uint32_t channel, Bytes bytes, std::uint16_t label) {
  return {.kind = Instruction::Kind::send,
          .label = label,
          .communicator = index,
          .channel = channel,
          .shift = shift,
          .bytes = bytes};
}

Instruction receive_from(std::uint32_t index, std::int32_t shift, std::uint32_t channel, Bytes bytes,
                         std::uint16_t label) {
  Instruction i = send_to(index, shift, channel, bytes, label);
  i.kind = Instruction::Kind::receive;
  return i;
}

Instruction collective(const Script &script, std::uint32_t index, CollectiveOp op, Bytes bytes,
                       std::string_view algorithm, std::uint16_t label) {
  EXPECTS(index < script.communicators.size());
  EXPECTS(bytes.value >= 0);
  const Communicator &communicator = script.communicators[index];
  Instruction i{.kind = Instruction::Kind::collective, .label = label, .op = op, .communicator = index, .bytes = bytes};
  if (communicator.scale_up) {
    i.duration = scale_up_time(op, communicator.size, bytes, script.scale_up.bandwidth, script.scale_up.latency);
  } else {
    i.algorithm = &find_algorithm(op, algorithm, *script.algorithms);
    check_shape(*i.algorithm, {op, communicator.size, 0, bytes, 0, communicator.domain});
  }
  return i;
}

} // namespace lightloom
