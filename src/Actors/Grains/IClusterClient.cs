namespace Sluice.Actors;

/// <summary>How code outside of grains reaches them.</summary>
public interface IClusterClient : IGrainFactory
{
    /// <summary>The services of the host this client belongs to.</summary>
    IServiceProvider ServiceProvider { get; }
}
