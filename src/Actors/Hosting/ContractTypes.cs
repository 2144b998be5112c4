using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using System.Reflection;

namespace Sluice.Actors.Hosting;

/// <summary>
/// Which types may be an argument or a result. A call in the same process passes the object itself, so its type must be
/// immutable by declaration. Arrays of such types are taken too, and are treated as immutable by convention: who has
/// passed one on never writes to it again.
/// </summary>
internal static class ContractTypes
{
    private static readonly FrozenSet<Type> Known = new[]
    {
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan),
        typeof(DateOnly), typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(Int128), typeof(UInt128),
        typeof(Half), typeof(BigInteger), typeof(CancellationToken), typeof(GrainId), typeof(GrainType), typeof(IdSpan),
        typeof(DeactivationReason),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> KnownGenerics = new[]
    {
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ReadOnlyMemory<>), typeof(ImmutableArray<>),
        typeof(ImmutableList<>), typeof(ImmutableDictionary<,>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedDictionary<,>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(FrozenDictionary<,>), typeof(FrozenSet<>), typeof(ValueTuple<>),
        typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
    }.ToFrozenSet();

    /// <summary>The part of the type that is not immutable by declaration; null when all of it is.</summary>
    internal static Type? MutablePart(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || Known.Contains(type) || type.IsDefined(typeof(ImmutableAttribute), false)
            || typeof(IAddressable).IsAssignableFrom(type))
        {
            return null;
        }

        if (type.IsSZArray)
        {
            return MutablePart(type.GetElementType()!);
        }

        return type.IsGenericType && KnownGenerics.Contains(type.GetGenericTypeDefinition())
            ? type.GetGenericArguments().Select(MutablePart).FirstOrDefault(part => part is not null)
            : type;
    }

    internal static bool IsDeclaredImmutable(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(ImmutableAttribute), false);
}
