namespace Sluice.Actors;

/// <summary>
/// One named state of a grain, read before <c>OnActivateAsync</c>. A constructor parameter of this type carries a
/// <see cref="PersistentStateAttribute"/>.
/// </summary>
public interface IPersistentState<TState> : IStorage<TState>;
