namespace Sluice.Actors;

/// <summary>Something a call can be sent to: a grain, or a reference to one.</summary>
public interface IAddressable;
