using System.Globalization;
using Sluice.SimulatedPool.Batching;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Text;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Answers <c>/v1/chat/completions</c> and <c>/v1/completions</c>.</summary>
internal sealed class GenerationHandler(
    SimulatedPoolOptions options, ContinuousBatch batch, PoolMetrics metrics, TimeProvider time)
{
    private static readonly StopSequences NoStops = new([]);

    private long _lastId;

    public async ValueTask<PoolError?> ChatAsync(PoolCall call)
    {
        var (request, error) = await BodyReader.ReadAsync(call, PoolJson.Wire.ChatRequest);
        if (request is null)
        {
            return error;
        }

        if (request.Messages is not { Count: > 0 } messages)
        {
            return PoolError.Missing("messages");
        }

        var prompt = PromptDigest.Empty;
        foreach (var message in messages)
        {
            prompt = prompt.WithMessage(message.Content.Digest);
        }

        return GenerationCheck.Check(request, prompt, "messages", options)
            ?? await AnswerAsync(call, request, prompt, ChatShape.Instance);
    }

    public async ValueTask<PoolError?> CompleteAsync(PoolCall call)
    {
        var (request, error) = await BodyReader.ReadAsync(call, PoolJson.Wire.CompletionRequest);
        if (request is null)
        {
            return error;
        }

        return request.Prompt?.Prompts switch
        {
            null => PoolError.Missing("prompt"),
            { Count: > 1 } => PoolError.Invalid("prompt", "This pool completes one prompt for each request."),
            [var prompt] => GenerationCheck.Check(request, prompt, "prompt", options)
                ?? await AnswerAsync(call, request, prompt, CompletionShape.Instance),
            _ => PoolError.Missing("prompt"),
        };
    }

    private async ValueTask<PoolError?> AnswerAsync(
        PoolCall call, GenerationRequest request, PromptDigest prompt, ReplyShape shape)
    {
        if (call.Failure.RejectsStreamOptions && request.StreamOptions is not null)
        {
            return PoolError.StreamOptionsRejected;
        }

        var wish = new AnswerWish(
            request.MaxCompletionTokens ?? request.MaxTokens,
            request.MinTokens ?? 0,
            request.IgnoreEos is true,
            (request.Stop ?? NoStops).Texts);
        var answer = Answer.To(prompt, wish, options);
        var size = new SequenceSize(prompt.Tokens, Math.Max(1, answer.Tokens), call.Failure.HangAfterTokens);
        using var sequence = await batch.EnterAsync(size, call.Arrived, call.Aborted);
        if (sequence is null)
        {
            return PoolError.QueueFull;
        }

        call.Count.Begin(prompt.Tokens, sequence);

        var id = Interlocked.Increment(ref _lastId).ToString("x8", CultureInfo.InvariantCulture);
        var head = new ReplyHead(shape.IdPrefix + id, time.GetUtcNow().ToUnixTimeSeconds(), request.Model!);
        var reply = new ReplyContent(head, answer, new Usage(prompt.Tokens, answer.Tokens));
        if (request.Stream is true)
        {
            var withUsage = request.StreamOptions?.IncludeUsage is true && !call.Failure.NoUsage;
            await new StreamedReply(call, sequence, shape, withUsage).SendAsync(reply);
        }
        else
        {
            await WholeReply.SendAsync(call, sequence, shape, reply);
        }

        metrics.AnswerFinished(answer.FinishReason, time.GetElapsedTime(call.Arrived));
        return null;
    }
}
