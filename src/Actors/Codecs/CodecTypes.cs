using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using Sluice.Actors.Calls;

namespace Sluice.Actors.Codecs;

/// <summary>Which type has which codec, apart from those whose members are numbered.</summary>
internal static class CodecTypes
{
    private static readonly FrozenDictionary<Type, Type> Known = new Dictionary<Type, Type>
    {
        [typeof(bool)] = typeof(IntegerCodec<bool, BooleanForm>),
        [typeof(sbyte)] = Integer(typeof(sbyte)),
        [typeof(byte)] = Integer(typeof(byte)),
        [typeof(short)] = Integer(typeof(short)),
        [typeof(ushort)] = Integer(typeof(ushort)),
        [typeof(char)] = Integer(typeof(char)),
        [typeof(int)] = Integer(typeof(int)),
        [typeof(uint)] = Integer(typeof(uint)),
        [typeof(long)] = Integer(typeof(long)),
        [typeof(nint)] = Integer(typeof(nint)),
        [typeof(ulong)] = typeof(UnsignedCodec<ulong>),
        [typeof(nuint)] = typeof(UnsignedCodec<nuint>),
        [typeof(Int128)] = typeof(WideIntegerCodec<Int128>),
        [typeof(UInt128)] = typeof(WideIntegerCodec<UInt128>),
        [typeof(BigInteger)] = typeof(WideIntegerCodec<BigInteger>),
        [typeof(Half)] = typeof(FloatCodec<Half>),
        [typeof(float)] = typeof(FloatCodec<float>),
        [typeof(double)] = typeof(FloatCodec<double>),
        [typeof(decimal)] = typeof(BytesCodec<decimal, DecimalForm>),
        [typeof(Guid)] = typeof(BytesCodec<Guid, GuidForm>),
        [typeof(DateTime)] = typeof(DateTimeCodec),
        [typeof(DateTimeOffset)] = typeof(BytesCodec<DateTimeOffset, DateTimeOffsetForm>),
        [typeof(TimeSpan)] = typeof(IntegerCodec<TimeSpan, TimeSpanForm>),
        [typeof(DateOnly)] = typeof(IntegerCodec<DateOnly, DateOnlyForm>),
        [typeof(TimeOnly)] = typeof(IntegerCodec<TimeOnly, TimeOnlyForm>),
        [typeof(string)] = typeof(TextCodec<string, StringForm>),
        [typeof(Uri)] = typeof(TextCodec<Uri, UriForm>),
        [typeof(Version)] = typeof(TextCodec<Version, VersionForm>),
        [typeof(IdSpan)] = typeof(TextCodec<IdSpan, IdSpanForm>),
        [typeof(GrainType)] = typeof(TextCodec<GrainType, GrainTypeForm>),
        [typeof(GrainId)] = typeof(StandInCodec<GrainId, GrainIdStandIn>),
        [typeof(TickStatus)] = typeof(StandInCodec<TickStatus, TickStatusStandIn>),
        [typeof(DeactivationReason)] = typeof(StandInCodec<DeactivationReason, DeactivationReasonStandIn>),
        [typeof(byte[])] = typeof(ByteArrayCodec),
        [typeof(ImmutableArray<byte>)] = typeof(ImmutableByteArrayCodec),
        [typeof(ReadOnlyMemory<byte>)] = typeof(ByteMemoryCodec),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, Type> KnownGenerics = new Dictionary<Type, Type>
    {
        [typeof(Nullable<>)] = typeof(NullableCodec<>),
        [typeof(ReadOnlyMemory<>)] = typeof(MemoryCodec<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCodec<>),
        [typeof(List<>)] = typeof(GrowingListCodec<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCodec<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCodec<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCodec<>),
        [typeof(HashSet<>)] = typeof(HashSetCodec<>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetCodec<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCodec<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCodec<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCodec<,>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryCodec<,>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCodec<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCodec<,>),
    }.ToFrozenDictionary();

    /// <summary>The class of the codec; null when the type is not one of those known here.</summary>
    internal static Type? CodecOf(Type type)
    {
        if (Known.TryGetValue(type, out var known))
        {
            return known;
        }

        if (type.IsEnum)
        {
            var underlying = type.GetEnumUnderlyingType();
            return underlying == typeof(ulong)
                ? typeof(UnsignedCodec<>).MakeGenericType(type)
                : typeof(IntegerCodec<,>).MakeGenericType(type, typeof(EnumForm<,>).MakeGenericType(type, underlying));
        }

        if (type.IsSZArray)
        {
            return typeof(ArrayCodec<>).MakeGenericType(type.GetElementType()!);
        }

        return type.IsGenericType && KnownGenerics.TryGetValue(type.GetGenericTypeDefinition(), out var generic)
            ? generic.MakeGenericType(type.GetGenericArguments())
            : null;
    }

    /// <summary>The types whose codecs a type known here needs.</summary>
    internal static IEnumerable<Type> PartsOf(Type type)
    {
        if (Known.TryGetValue(type, out var known))
        {
            return known.IsGenericType && known.GetGenericTypeDefinition() == typeof(StandInCodec<,>)
                ? [known.GetGenericArguments()[1]]
                : [];
        }

        if (type.IsEnum)
        {
            return [];
        }

        if (type.IsSZArray)
        {
            return [type.GetElementType()!];
        }

        var arguments = type.GetGenericArguments();
        return arguments.Length == 2 ? [typeof(KeyValuePair<,>).MakeGenericType(arguments)] : arguments;
    }

    /// <summary>A type whose members have their numbers from us: a tuple, a pair, the result of a plain call.</summary>
    internal static bool IsTuple(Type type) =>
        type == typeof(ValueTuple) || type == typeof(Nothing)
        || (type.IsGenericType && type.Namespace == nameof(System)
            && type.Name.StartsWith(nameof(ValueTuple) + "`", StringComparison.Ordinal)
            && type.GetGenericArguments().Length <= References.MethodShape.MostArguments);

    internal static bool IsPair(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private static Type Integer(Type type) =>
        typeof(IntegerCodec<,>).MakeGenericType(type, typeof(IntegerForm<>).MakeGenericType(type));
}
