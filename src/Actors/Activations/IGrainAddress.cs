namespace Sluice.Actors.Activations;

/// <summary>What a reference and the extension methods on references share.</summary>
internal interface IGrainAddress : IAddressable
{
    GrainId GrainId { get; }

    IAddressable As(Type interfaceType);
}
