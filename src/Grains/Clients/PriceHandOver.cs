using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>The price that a running call was admitted with.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PriceHandOver")]
public sealed record PriceHandOver
{
    [Id(0)] public long Input { get; init; }

    [Id(1)] public long Output { get; init; }

    [Id(2)] public long Request { get; init; }

    [Id(3)] public long Image { get; init; }

    [Id(4)] public long Page { get; init; }

    internal static PriceHandOver? Of(Price? price) => price is null ? null : new PriceHandOver
    {
        Input = price.Input, Output = price.Output, Request = price.Request, Image = price.Image, Page = price.Page,
    };

    internal Price ToRule() => new(Input, Output, Request, Image, Page);
}
