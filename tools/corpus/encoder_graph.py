"""A BERT sentence encoder written down as an ONNX graph, in fp32 or int8.

The graph is built from the weights directly instead of being traced out of torch: BERT has not
changed in years, whereas tracing ties the export to the versions of torch, transformers and
onnxscript together, and takes seconds of imports.

It encodes one text: the input is a vector of token ids, the output its embedding. Without a
batch there is no padding to compute and mask, and the scales of the int8 activations, which are
taken from the tensor at hand, depend on the text alone: a text has one vector, whatever it is
encoded with. On CPUs one passage is long enough to keep the matrix kernels busy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Floats = NDArray[np.float32]

INPUT = "ids"
SEGMENTS = "segments"
OUTPUT = "embedding"

_CONTRIB = "com.microsoft"
_OPSET = 18
_BYTE = np.float32(127)
# Before VNNI, x86 multiplies unsigned by signed bytes and adds two such products into 16 bits: the
# weights of two neighbours may not add up to more than this, or the sum is cut off. Weights that
# keep to it lose little of their 8 bits, and all CPUs get the same sums.
_PAIR = np.float32(32767 // 255 - 1)  # one off for rounding both


def build_graph(
    weights: Mapping[str, Floats],
    config: Mapping[str, Any],
    *,
    damping: Mapping[str, Floats] | None = None,
) -> bytes:
    """Write the encoder as a serialised ONNX model.

    Args:
        weights: BERT's tensors under their Hugging Face names.
        config: the model's `config.json`.
        damping: see `BertGraph`.

    Returns:
        The model, which maps `ids` (int64, [tokens]) to `embedding` (float32, [hidden]): the mean
        of the last hidden states, of length 1.
    """
    graph = BertGraph(weights, config, damping)
    states = graph.states()
    pooled = graph.add("ReduceMean", states, graph.constant("axis", np.array([0])), keepdims=0)
    graph.add("LpNormalization", pooled, axis=-1, p=2, name=OUTPUT)
    return graph.serialised({OUTPUT: [int(config["hidden_size"])]})


class BertGraph:
    """The nodes and constants of a BERT model under construction; tensors go by their names.

    Args:
        weights: BERT's tensors under their Hugging Face names.
        config: the model's `config.json`.
        damping: a divisor for each channel of each tensor that enters a linear map, by the names
            below. With it the linear maps run in int8; without it in fp32, and the model has
            these tensors as further outputs `<layer>.<qkv|out|up|down>`, to choose the damping
            from.
        segments: whether the model takes the segment of each token as a second input; without it
            every token belongs to the first.
    """

    def __init__(
        self,
        weights: Mapping[str, Floats],
        config: Mapping[str, Any],
        damping: Mapping[str, Floats] | None,
        *,
        segments: bool = False,
    ) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._exposed: list[str] = []
        self._hidden = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._epsilon = float(config["layer_norm_eps"])
        self._weights = weights
        self._damping = damping
        self._segments = segments
        self._known: set[str] = set()

    def states(self) -> str:
        """Add the whole encoder and return its last hidden states, [tokens, hidden]."""
        states = self._embeddings()
        for layer in range(self._layers):
            states = self._layer(states, layer)
        return states

    def serialised(self, outputs: Mapping[str, Sequence[int | str]]) -> bytes:
        """Return the finished model, whose outputs have these names and shapes."""
        inputs = [INPUT, *([SEGMENTS] if self._segments else [])]
        declared = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(shape))
            for name, shape in outputs.items()
        ]
        declared += [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
            for name in self._exposed
        ]
        taken = [
            helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["tokens"])
            for name in inputs
        ]
        model = helper.make_model(
            helper.make_graph(self.nodes, "encoder", taken, declared, self.constants),
            opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)],
            ir_version=9,
        )
        return bytes(model.SerializeToString())

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant tensor, once for each name."""
        if name not in self._known:
            self._known.add(name)
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, name: str = "", domain: str = "", **options: Any) -> str:
        """Add a node with one output and return that output's name."""
        output = name or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **options))
        return output

    def _embeddings(self) -> str:
        """Add words, positions and segments."""
        positions = self._weights["embeddings.position_embeddings.weight"]
        kinds = self._weights["embeddings.token_type_embeddings.weight"]
        words = self._words(self._weights["embeddings.word_embeddings.weight"])
        axis, length = self.constant("axis", np.array([0])), self.add("Shape", INPUT)
        if not self._segments:
            positions = positions + kinds[0]  # one addition less
        places = self.add("Slice", self.constant("positions", positions), axis, length, axis)
        summed = self.add("Add", words, places)
        if self._segments:
            segment = self.add("Gather", self.constant("segment.kinds", kinds), SEGMENTS)
            summed = self.add("Add", summed, segment)
        return self._normalise(summed, "embeddings.LayerNorm")

    def _layer(self, states: str, layer: int) -> str:
        """Attention, then the feed-forward pair, each added to what came in and normalised."""
        prefix = f"encoder.layer.{layer}"
        batch = self.constant("batch_shape", np.array([1, -1, self._hidden]))
        roles = [f"{prefix}.attention.self.{role}" for role in ("query", "key", "value")]
        heads = [
            self.add("Reshape", projected, batch)
            for projected in self._linear(states, f"{layer}.qkv", *roles)
        ]
        mixed = self.add("MultiHeadAttention", *heads, domain=_CONTRIB, num_heads=self._heads)
        mixed = self.add("Reshape", mixed, self.constant("shape", np.array([-1, self._hidden])))
        [mixed] = self._linear(mixed, f"{layer}.out", f"{prefix}.attention.output.dense")
        # Add and LayerNormalization apart: the fused SkipLayerNormalization runs unvectorised on
        # CPUs, and took a tenth of the whole time.
        mixed = self.add("Add", mixed, states)
        states = self._normalise(mixed, f"{prefix}.attention.output.LayerNorm")
        [wide] = self._linear(states, f"{layer}.up", f"{prefix}.intermediate.dense")
        wide = self.add("Gelu", wide, domain=_CONTRIB)
        [narrow] = self._linear(wide, f"{layer}.down", f"{prefix}.output.dense")
        return self._normalise(self.add("Add", narrow, states), f"{prefix}.output.LayerNorm")

    def _words(self, vocabulary: Floats) -> str:
        if self._damping is None:
            return self.add("Gather", self.constant("words", vocabulary), INPUT)
        # Four fifths of the weights, of which a text needs a few rows: small means quick to load.
        steps = np.abs(vocabulary).max(axis=1, keepdims=True) / _BYTE
        rows = self.add("Gather", self.constant("words", _round(vocabulary, steps)), INPUT)
        rows = self.add("Cast", rows, to=onnx.TensorProto.FLOAT)
        scale = self.add("Gather", self.constant("words.step", steps), INPUT)
        return self.add("Mul", rows, scale)

    def _normalise(self, states: str, name: str) -> str:
        parameters = [
            self.constant(f"{name}.{part}", self._weights[f"{name}.{part}"])
            for part in ("weight", "bias")
        ]
        return self.add("LayerNormalization", states, *parameters, axis=-1, epsilon=self._epsilon)

    def _linear(self, states: str, entry: str, *names: str) -> list[str]:
        """Map the states by each of the named matrices, which share one quantised input."""
        matrices = {name: self._weights[f"{name}.weight"].T for name in names}
        biases = {
            name: self.constant(f"{name}.bias", self._weights[f"{name}.bias"]) for name in names
        }
        if self._damping is None:
            self._exposed.append(self.add("Identity", states, name=entry))
            return [
                self.add("Gemm", states, self.constant(name, matrices[name]), biases[name])
                for name in names
            ]
        damping = self._damping[entry]
        damped = self.add("Mul", states, self.constant(f"{entry}.inverse", 1 / damping))
        quantised, scale, zero = (f"{entry}.{part}" for part in ("uint8", "scale", "zero"))
        self.nodes.append(
            helper.make_node("DynamicQuantizeLinear", [damped], [quantised, scale, zero])
        )
        results = []
        for name in names:
            integers, steps = quantise_matrix(matrices[name] * damping[:, None])
            inputs = (
                quantised,
                self.constant(name, integers),
                scale,
                self.constant(f"{name}.step", steps),
                zero,
                "",  # the weights' zero point is zero
                biases[name],
            )
            results.append(self.add("MatMulIntegerToFloat", *inputs, domain=_CONTRIB))
        return results


def quantise_matrix(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Round each column to bytes times a step of its own, as small as hardware allows."""
    pairs = matrix.reshape(-1, 2, matrix.shape[1])
    sums = np.maximum(np.maximum(pairs, 0).sum(axis=1), np.maximum(-pairs, 0).sum(axis=1))
    steps = np.maximum(np.abs(matrix).max(axis=0) / _BYTE, sums.max(axis=0) / _PAIR)
    return _round(matrix, steps), steps


def _round(values: Floats, steps: Floats) -> NDArray[np.int8]:
    return np.rint(values / np.maximum(steps, np.float32(1e-12))).astype(np.int8)
