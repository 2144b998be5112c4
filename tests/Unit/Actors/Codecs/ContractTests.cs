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

    private static object? Of(Type type) =>
        typeof(CodecCatalog).GetMethod("Of", BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .Invoke(null, null);
}
