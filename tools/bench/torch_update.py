"""The picture update of `npm run bench pictures` in PyTorch: what `npm run compare-torch` runs in turns with calql's.

Cal-QL with one encoder for all networks (three 3x3 convolutions of stride 2, spatial softmax, a trunk), random shift,
3N sampled actions a state, two critics as one batch of products, their first layer taken apart as in calql. Reads a number
of updates from each line of standard input and answers with milliseconds per update, of the clock and of the processor.
"""
import argparse
import sys
import time

import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compile", action="store_true", help="torch.compile the losses")
parser.add_argument("--channels-last", action="store_true", help="pictures as [batch, height, width, channels] in memory")
flags = parser.parse_args()
torch.set_num_threads(flags.threads)
torch.manual_seed(0)

B, SIDE, STATE, ACTION, N, WIDTH, TRUNK, PAD = 128, 48, 4, 8, 4, 256, 64, 4
DISCOUNT, TAU, WEIGHT = 0.99, 0.005, 5.0


def parameter(*shape, fan=None):
    fan = fan or shape[-2] if len(shape) > 1 else 1
    values = torch.randn(*shape) / fan**0.5 if len(shape) > 1 else torch.zeros(*shape)
    if len(shape) == 4 and flags.channels_last:
        values = values.contiguous(memory_format=torch.channels_last)
    return torch.nn.Parameter(values)


def critic_parameters():
    p = {}
    for i, (inputs, outputs) in enumerate([(3, 16), (16, 32), (32, 32)]):
        p[f"conv{i}"] = parameter(outputs, inputs, 3, 3, fan=9 * inputs)
        p[f"conv{i}bias"] = torch.nn.Parameter(torch.zeros(outputs))
    p["trunk"], p["trunkBias"] = parameter(64 + STATE, TRUNK), torch.nn.Parameter(torch.zeros(TRUNK))
    p["scale"], p["shift"] = torch.nn.Parameter(torch.ones(TRUNK)), torch.nn.Parameter(torch.zeros(TRUNK))
    for i, (inputs, outputs) in enumerate([(TRUNK + ACTION, WIDTH), (WIDTH, WIDTH), (WIDTH, 1)]):
        p[f"kernel{i}"] = parameter(2, inputs, outputs)
        p[f"bias{i}"] = torch.nn.Parameter(torch.zeros(2, 1, outputs))
    return p


def actor_parameters():
    p = {}
    for i, (inputs, outputs) in enumerate([(TRUNK, WIDTH), (WIDTH, WIDTH), (WIDTH, 2 * ACTION)]):
        p[f"kernel{i}"], p[f"bias{i}"] = parameter(inputs, outputs), torch.nn.Parameter(torch.zeros(outputs))
    p["multiplier"], p["offset"] = torch.nn.Parameter(torch.tensor(1.0)), torch.nn.Parameter(torch.tensor(-1.0))
    return p


critics, actor = critic_parameters(), actor_parameters()
targets = {name: value.detach().clone() for name, value in critics.items()}
log_alpha = torch.nn.Parameter(torch.tensor(0.0))
line = torch.linspace(-1, 1, 6)


def encode(p, pictures, states):
    x = pictures
    for i in range(3):
        x = F.conv2d(x, p[f"conv{i}"], p[f"conv{i}bias"], stride=2, padding=1)
        x = torch.relu(x) if i < 2 else x
    shares = torch.softmax(x.flatten(2), 2).reshape(x.shape)
    places = torch.stack([(shares.sum(3) * line).sum(2), (shares.sum(2) * line).sum(2)], 2).flatten(1)
    linear = torch.addmm(p["trunkBias"], torch.cat([states, places], 1), p["trunk"])
    return torch.tanh(F.layer_norm(linear, (TRUNK,), p["scale"], p["shift"], eps=1e-6))


def values(p, features, actions):
    batch, n, _ = actions.shape
    of_states = features @ p["kernel0"][:, :TRUNK] + p["bias0"]
    of_actions = (actions.reshape(batch * n, ACTION) @ p["kernel0"][:, TRUNK:]).reshape(2, batch, n, WIDTH)
    x = torch.relu(of_actions + of_states[:, :, None]).reshape(2, batch * n, WIDTH)
    x = torch.relu(torch.baddbmm(p["bias1"], x, p["kernel1"]))
    return torch.baddbmm(p["bias2"], x, p["kernel2"]).reshape(2, batch, n)


def distribution(features):
    x = features
    for i in range(3):
        x = torch.addmm(actor[f"bias{i}"], x, actor[f"kernel{i}"])
        x = torch.relu(x) if i < 2 else x
    mean, raw = x.chunk(2, 1)
    return mean, (actor["multiplier"] * raw + actor["offset"]).clamp(-20, 2)


def sample(mean, log_std, noise):
    if noise.ndim == 3:
        mean, log_std = mean[:, None], log_std[:, None]
    u = mean + log_std.exp() * noise
    density = -0.5 * noise**2 - log_std - 0.9189385 - 2 * (0.6931472 - u - F.softplus(-2 * u))
    return torch.tanh(u), density.sum(-1)


def shifted(pictures):
    """uint8 [B, side, side, 3] -> float [B, 3, side, side], each moved by up to PAD pixels, edges repeated."""
    moves = torch.randint(-PAD, PAD + 1, (B, 2))
    places = torch.arange(SIDE)
    rows = (places + moves[:, :1]).clamp(0, SIDE - 1)
    columns = (places + moves[:, 1:]).clamp(0, SIDE - 1)
    moved = pictures[torch.arange(B)[:, None, None], rows[:, :, None], columns[:, None, :]]
    moved = moved.permute(0, 3, 1, 2).float() / 255
    return moved if flags.channels_last else moved.contiguous()


def losses(pictures, states, actions, rewards, next_pictures, next_states, terminated, returns, noise):
    features = encode(critics, pictures, states)
    fixed = features.detach()
    with torch.no_grad():
        following = encode(critics, next_pictures, next_states)
        target_features = encode(targets, next_pictures, next_states)
        next_distribution = distribution(following)
        backed_up, _ = sample(*next_distribution, noise["backup"])
        best = values(targets, target_features, backed_up).min(0).values.max(1).values
        y = rewards + DISCOUNT * (1 - terminated) * best
    current = distribution(fixed)
    with torch.no_grad():
        next_actions, next_log = sample(*next_distribution, noise["next"])
        current_actions, current_log = sample(*current, noise["current"])
        proposals = torch.cat([noise["random"], next_actions, current_actions, actions[:, None]], 1)
        logs = torch.cat([torch.full((B, N), -ACTION * 0.6931472), next_log, current_log], 1)
    q = values(critics, features, proposals)
    data = q[:, :, -1]
    bounded = torch.maximum(q[:, :, N:-1], returns[:, None])
    gap = torch.logsumexp(torch.cat([q[:, :, :N], bounded], 2) - logs, 2) - data
    critic_loss = ((data - y) ** 2).mean(1).sum() + WEIGHT * gap.mean(1).sum()
    new_actions, log_pi = sample(*current, noise["actor"])
    frozen = {name: value.detach() for name, value in critics.items()}
    worst = values(frozen, fixed, new_actions[:, None])[:, :, 0].min(0).values
    actor_loss = (log_alpha.exp().detach() * log_pi - worst).mean()
    alpha_loss = -(log_alpha * (log_pi.detach().mean() - ACTION))
    return critic_loss, actor_loss, alpha_loss


compute = torch.compile(losses) if flags.compile else losses
optimisers = [
    torch.optim.Adam(list(critics.values()), lr=3e-4, fused=True),
    torch.optim.Adam(list(actor.values()), lr=1e-4, fused=True),
    torch.optim.Adam([log_alpha], lr=1e-4, fused=True),
]
bytes_ = lambda: torch.randint(0, 256, (B, SIDE, SIDE, 3), dtype=torch.uint8)
batch = (bytes_(), torch.randn(B, STATE), torch.tanh(torch.randn(B, ACTION)), torch.full((B,), -1.0))
after = (bytes_(), torch.randn(B, STATE), torch.zeros(B), torch.full((B,), -30.0))


def update():
    several = lambda: torch.randn(B, N, ACTION)
    noise = {"backup": several(), "next": several(), "current": several(), "random": 2 * torch.rand(B, N, ACTION) - 1}
    noise["actor"] = torch.randn(B, ACTION)
    found = compute(shifted(batch[0]), *batch[1:], shifted(after[0]), *after[1:], noise)
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    sum(found).backward()
    for optimiser in optimisers:
        optimiser.step()
    with torch.no_grad():
        torch._foreach_lerp_(list(targets.values()), list(critics.values()), TAU)


for _ in range(5):
    update()
print(torch.__version__, flush=True)
for request in sys.stdin:
    count = int(request)
    begin, used = time.perf_counter(), time.process_time()
    for _ in range(count):
        update()
    spent = time.perf_counter() - begin, time.process_time() - used
    print(*(1000 * seconds / count for seconds in spent), flush=True)
