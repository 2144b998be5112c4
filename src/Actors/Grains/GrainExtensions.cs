using Sluice.Actors.Activations;

namespace Sluice.Actors;

/// <summary>Identity of grains and of references to them.</summary>
public static class GrainExtensions
{
    /// <summary>The key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    /// <exception cref="ArgumentException">This is neither a grain built by a host nor a reference to one.</exception>
    public static GrainId GetGrainId(this IAddressable grain)
    {
        ArgumentNullException.ThrowIfNull(grain);
        return grain switch
        {
            IGrainAddress reference => reference.GrainId,
            IGrainBase { GrainContext: { } context } => context.GrainId,
            _ => throw new ArgumentException(
                $"{grain.GetType()} is neither a reference nor a grain that a host has built.", nameof(grain)),
        };
    }

    /// <summary>A reference to this grain, to hand to others or to call as others do.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    /// <inheritdoc cref="AsReference{TGrainInterface}"/>
    public static object AsReference(this IAddressable grain, Type interfaceType)
    {
        var id = grain.GetGrainId();
        return grain switch
        {
            IGrainAddress reference => reference.As(interfaceType),
            _ => ((IGrainAddress)IRunningGrain.Of((IGrainBase)grain).GrainFactory.GetGrain<IAddressable>(id))
                .As(interfaceType),
        };
    }
}
