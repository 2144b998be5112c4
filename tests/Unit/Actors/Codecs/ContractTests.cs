using System.Reflection;
using Sluice.Actors.Codecs;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>The messages that the grains really use.</summary>
public sealed class ContractTests
{
    [Fact]
    public void Every_argument_and_result_of_every_grain_interface_has_a_codec()
    {
        var methods = typeof(ChangeReply).Assembly.GetTypes()
            .Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods())
            .ToList();
        var types = methods
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)
                .Concat(method.ReturnType.GetGenericArguments())
                .Select(type => (Place: $"{method.DeclaringType!.Name}.{method.Name}", Type: type)))
            .ToList();

        Assert.True(types.Count > 20);
        Assert.Empty(types.SelectMany(used => CodecCatalog.Mistakes(used.Type, used.Place)));
        Assert.All(types, used => Assert.NotNull(Of(used.Type)));
    }

    [Fact]
    public void A_decision_arrives_as_it_was_sent()
    {
        var reply = new AdmitReply(
            Verdict.RateLimited,
            TimeSpan.FromMilliseconds(1_250),
            new LimitStatus("per-minute", 600, 12, TimeSpan.FromSeconds(59)),
            "per-minute",
            TimeSpan.Zero,
            long.MaxValue);

        Assert.Equal(reply, Wire.Pass(reply));
    }

    [Fact]
    public void What_a_call_costs_at_most_and_what_it_used_arrive_as_they_were_sent()
    {
        var request = new AdmitRequest
        {
            RequestId = new RequestId(7, 1), KeyVersion = 1, SecretDigest = [1], Model = "m",
            InputUpper = 1_234, OutputCap = long.MaxValue, Images = 2, Pages = 30,
        };
        var completion = new Completion(new RequestId(7, 1), CompletionOutcome.Dispatched)
        {
            InputTokens = 11, OutputTokens = 22, Certainty = UsageCertainty.Reported,
        };

        var arrived = Wire.Pass(request);

        Assert.Equal(
            (1_234, long.MaxValue, 2, 30), (arrived.InputUpper, arrived.OutputCap, arrived.Images, arrived.Pages));
        Assert.Equal(completion, Wire.Pass(completion));
    }

    /// <summary>
    /// Guards an installation whose edges and silos are not of one version while it is brought up to date.
    /// </summary>
    [Fact]
    public void The_end_of_a_call_is_understood_by_the_version_before_and_from_it()
    {
        var id = new RequestId(7, 1);
        var completion = new Completion(id, CompletionOutcome.NotDispatched)
        {
            InputTokens = 11, Certainty = UsageCertainty.Estimated,
        };

        var old = Wire.Pass<Completion, CompletionBefore>(completion);

        Assert.Equal(new CompletionBefore(id, CompletionOutcome.NotDispatched), old);
        Assert.Equal(
            new Completion(id, CompletionOutcome.NotDispatched), Wire.Pass<CompletionBefore, Completion>(old));
    }

    /// <summary>As it was before it told of tokens.</summary>
    [GenerateSerializer]
    internal readonly record struct CompletionBefore(
        [property: Id(0)] RequestId RequestId,
        [property: Id(1)] CompletionOutcome Outcome);

    private static object? Of(Type type) =>
        typeof(CodecCatalog).GetMethod("Of", BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .Invoke(null, null);
}
