namespace Sluice.Actors;

/// <summary>Base of every grain interface.</summary>
public interface IGrain : IAddressable;

/// <summary>Base of the grain interfaces whose grains are found by a text key.</summary>
public interface IGrainWithStringKey : IGrain;
