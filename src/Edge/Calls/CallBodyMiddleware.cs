using System.Buffers;
using Microsoft.Extensions.Options;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>
/// Reads the body once, into a rented buffer: which model, a stream or not, what it costs at most. What is then
/// forwarded is that buffer; what comes back is never gathered.
/// </summary>
internal sealed class CallBodyMiddleware(
    RequestDelegate next, PoolCatalog pools, Callers callers, IOptions<EdgeOptions> options)
{
    private const int GrowthMax = UsageAsking.GrowthMax + OutputCapping.GrowthMax;

    private readonly int _bytesMax = options.Value.BodyBytesMax;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HasJson(context.Request))
        {
            await ApiError.NotJson.WriteAsync(context);
            return;
        }

        if (context.Request.ContentLength > _bytesMax)
        {
            await ApiError.BodyTooLarge(_bytesMax).WriteAsync(context);
            return;
        }

        var rented = await ReadAsync(context);
        try
        {
            await ForwardAsync(context, rented);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented.Buffer);
        }
    }

    private async Task ForwardAsync(HttpContext context, (byte[] Buffer, int Length) body)
    {
        if (body.Length > _bytesMax)
        {
            await ApiError.BodyTooLarge(_bytesMax).WriteAsync(context);
            return;
        }

        var facts = CallBodyReader.Read(body.Buffer.AsSpan(0, body.Length), out var mistake);
        if (facts is null)
        {
            await ApiError.BadRequest(mistake!).WriteAsync(context);
            return;
        }

        if (facts.Value.Model is null)
        {
            await ApiError.BadRequest("You must provide a model parameter.", "model").WriteAsync(context);
            return;
        }

        var call = context.Call();
        call.Pool = pools.Serving(facts.Value.Model);
        if (call.Pool is null)
        {
            await RefuseUnservedAsync(context, call, facts.Value.Model);
            return;
        }

        var rule = pools.Costs.Of(facts.Value.Model);
        var output = rule.OutputOf(context.Request.Path, facts.Value);
        if (output is null)
        {
            await ApiError.BadRequest("The answers asked for are more tokens than can be counted.").WriteAsync(context);
            return;
        }

        var asked = call.Pool.AskForUsage;
        var length = asked ? UsageAsking.Ask(body.Buffer, body.Length, facts.Value) : body.Length;
        call.Body = new CallBody(
            facts.Value.Model, facts.Value.Stream, facts.Value.IncludeUsage is true, body.Buffer.AsMemory(0, length))
        {
            Input = InputEstimate.Of(facts.Value.Input, rule.Input),
            OutputCap = output.Value,
            Priority = facts.Value.Priority,
            HasManyAnswers = facts.Value.Output.Answers > 1,
            Capping = rule.CappingOf(
                context.Request.Path, facts.Value, body.Buffer, asked ? length - body.Length : 0),
        };
        OutputCapping.Forward(context, body.Buffer, length);
        context.Request.Headers.TransferEncoding = default;
        if (rule.StatesOutputCap)
        {
            OutputCapping.StateCap(context);
        }

        await next(context);
    }

    /// <summary>A wrong key hears of its key first: which models exist is none of its business.</summary>
    private async Task RefuseUnservedAsync(HttpContext context, ModelCall call, string model)
    {
        var identified = await callers.IdentifyAsync(call, context.RequestAborted);
        var error = identified.Verdict is Verdict.Admitted
            ? ApiError.ModelNotFound(model)
            : ApiError.For(identified.Verdict, call, refusedBy: null, identified.RetryAfter);
        await error.WriteAsync(context);
    }

    private async Task<(byte[] Buffer, int Length)> ReadAsync(HttpContext context)
    {
        // Without a length the buffer doubles as bytes arrive; one byte over the limit is enough to know.
        var expected = (int)(context.Request.ContentLength ?? 16 * 1024);
        var buffer = ArrayPool<byte>.Shared.Rent(expected + GrowthMax);
        var length = 0;
        try
        {
            while (length <= _bytesMax)
            {
                if (buffer.Length - length <= GrowthMax)
                {
                    buffer = RentedBytes.Grow(buffer, length);
                }

                var room = buffer.AsMemory(length, buffer.Length - length - GrowthMax);
                var read = await context.Request.Body.ReadAsync(room, context.RequestAborted);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }

        return (buffer, length);
    }

    private static bool HasJson(HttpRequest request) =>
        request.ContentType is { } type
        && type.AsSpan().TrimStart().StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        && (type.Trim().Length == "application/json".Length || type.Trim()["application/json".Length] is ';' or ' ');
}
