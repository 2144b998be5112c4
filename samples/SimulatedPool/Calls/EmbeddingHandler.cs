using Sluice.SimulatedPool.Batching;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Text;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Answers <c>/v1/embeddings</c> with vectors that follow from the texts alone.</summary>
internal sealed class EmbeddingHandler(
    SimulatedPoolOptions options, ContinuousBatch batch, PoolMetrics metrics, TimeProvider time)
{
    private const int InputsMax = 2_048;
    private const int DimensionsDefault = 1_024;
    private const int DimensionsMax = 4_096;

    public async ValueTask<PoolError?> EmbedAsync(PoolCall call)
    {
        var (request, error) = await BodyReader.ReadAsync(call, PoolJson.Wire.EmbeddingRequest);
        if (request is null)
        {
            return error;
        }

        if (Check(request) is { } mistake)
        {
            return mistake;
        }

        var inputs = request.Input!.Prompts;
        var tokens = inputs.Sum(input => input.Tokens);
        var size = new SequenceSize(Math.Max(1, tokens), OutputTokens: 1, call.Failure.HangAfterTokens);
        using var sequence = await batch.EnterAsync(size, call.Arrived, call.Aborted);
        if (sequence is null)
        {
            return PoolError.QueueFull;
        }

        call.Count.Begin(tokens, answer: null);

        await sequence.NextAsync(1, call.Aborted);
        var asBase64 = request.EncodingFormat is "base64";
        var length = request.Dimensions ?? DimensionsDefault;
        var data = inputs
            .Select((input, index) => new Embedding("embedding", index, VectorOf(input.Hash, length, asBase64)))
            .ToArray();
        var reply = new EmbeddingReply("list", data, request.Model!, new EmbeddingUsage(tokens, tokens));
        ReplyWriter.Write(call.Context.Response, reply, PoolJson.Wire.EmbeddingReply);
        metrics.AnswerFinished(FinishReasons.Stop, time.GetElapsedTime(call.Arrived));
        return null;
    }

    private PoolError? Check(EmbeddingRequest request)
    {
        if (GenerationCheck.Model(request.Model, options) is { } wrongModel)
        {
            return wrongModel;
        }

        if (request.Input is null)
        {
            return PoolError.Missing("input");
        }

        if (request.Input.Prompts.Count > InputsMax)
        {
            return PoolError.Invalid("input", $"'input' may list {InputsMax} texts at most.");
        }

        if (request.EncodingFormat is not (null or "float" or "base64"))
        {
            return PoolError.Invalid("encoding_format", "'encoding_format' must be 'float' or 'base64'.");
        }

        if (request.Dimensions is < 1 or > DimensionsMax)
        {
            return PoolError.Invalid("dimensions", $"'dimensions' must be 1 to {DimensionsMax}.");
        }

        var longest = request.Input.Prompts.Max(input => input.Tokens);
        return longest > options.ContextTokens
            ? PoolError.ContextExceeded(options.ContextTokens, longest, "input")
            : null;
    }

    private static Vector VectorOf(ulong seed, int length, bool asBase64)
    {
        var numbers = new SeededNumbers(seed);
        var values = new float[length];
        var squares = 0.0;
        for (var index = 0; index < length; index++)
        {
            values[index] = numbers.Signed();
            squares += values[index] * values[index];
        }

        var norm = (float)Math.Sqrt(squares);
        for (var index = 0; index < length; index++)
        {
            values[index] /= norm;
        }

        return new Vector(values, asBase64);
    }
}
