using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;

namespace Sluice.Actors.References;

/// <summary>Makes one reference of an interface.</summary>
internal delegate ActorReference ReferenceMaker(ActorHost host, GrainId id);

/// <summary>What was emitted for an interface.</summary>
/// <param name="Make">Makes one reference.</param>
/// <param name="Methods">The interface's methods, as calls know them.</param>
internal sealed record EmittedReference(ReferenceMaker Make, IReadOnlyList<CallMethod> Methods);

/// <summary>
/// Emits one class per grain interface: each method packs its arguments into a tuple and hands them on in their own
/// types. Emitted once per process.
/// </summary>
internal static class ReferenceEmitter
{
    private static readonly ConcurrentDictionary<Type, Lazy<EmittedReference>> Emitted = new();

    internal static ReferenceMaker MakerOf(Type interfaceType) => Of(interfaceType).Make;

    internal static EmittedReference Of(Type interfaceType) =>
        Emitted.GetOrAdd(interfaceType, type => new Lazy<EmittedReference>(() => Emit(type))).Value;

    /// <summary>The methods of an interface with those it inherits.</summary>
    internal static IEnumerable<MethodInfo> MethodsOf(Type interfaceType) =>
        interfaceType.GetInterfaces().Prepend(interfaceType)
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.IsAbstract);

    private static EmittedReference Emit(Type interfaceType)
    {
        ExceptionCodec.Learn(interfaceType.Assembly);
        var shapes = MethodsOf(interfaceType).Select(method => new MethodShape(method)).ToArray();
        var module = DefineModule(interfaceType, shapes);
        var builder = module.DefineType(
            $"{interfaceType.Name}Reference", TypeAttributes.Public | TypeAttributes.Sealed, typeof(ActorReference),
            [interfaceType]);
        var constructor = EmitConstructor(builder);
        for (var i = 0; i < shapes.Length; i++)
        {
            EmitMethod(builder, shapes[i], i);
        }

        EmitMaker(builder, constructor);
        var type = builder.CreateType();
        var methods = shapes.Select(shape => shape.MakeDescriptor()).ToArray();
        for (var i = 0; i < shapes.Length; i++)
        {
            type.GetField(FieldName(i))!.SetValue(null, methods[i]);
        }

        return new EmittedReference(type.GetMethod("Make")!.CreateDelegate<ReferenceMaker>(), methods);
    }

    private static ModuleBuilder DefineModule(Type interfaceType, MethodShape[] shapes)
    {
        var name = new AssemblyName($"Sluice.Actors.References.{interfaceType.FullName}");
        var assembly = AssemblyBuilder.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run);
        var attribute = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        var used = shapes
            .SelectMany(shape => shape.Parameters.Select(parameter => parameter.ParameterType)
                .Append(shape.ResultType).Append(shape.Method.DeclaringType!))
            .SelectMany(Parts)
            .Append(typeof(ActorReference)).Append(interfaceType)
            .Select(type => type.Assembly.GetName().Name!)
            .Distinct();
        foreach (var assemblyName in used)
        {
            assembly.SetCustomAttribute(new CustomAttributeBuilder(attribute, [assemblyName]));
        }

        return assembly.DefineDynamicModule("References");
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];

    private static ConstructorBuilder EmitConstructor(TypeBuilder builder)
    {
        Type[] parameters = [typeof(ActorHost), typeof(GrainId)];
        var constructor = builder.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, parameters);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, typeof(ActorReference).GetConstructor(
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, parameters)!);
        il.Emit(OpCodes.Ret);
        return constructor;
    }

    private static void EmitMethod(TypeBuilder builder, MethodShape shape, int index)
    {
        var descriptor = builder.DefineField(
            FieldName(index), shape.DescriptorType, FieldAttributes.Public | FieldAttributes.Static);
        var method = builder.DefineMethod(
            $"{shape.Method.DeclaringType!.FullName}.{shape.Method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig
                | MethodAttributes.NewSlot,
            shape.Method.ReturnType, [.. shape.Parameters.Select(parameter => parameter.ParameterType)]);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldsfld, descriptor);
        foreach (var argument in shape.Arguments)
        {
            il.Emit(OpCodes.Ldarg, argument.Position + 1);
        }

        EmitTuple(il, shape);
        EmitCancellation(il, shape);
        il.Emit(OpCodes.Call, shape.Sender);
        il.Emit(OpCodes.Ret);
        builder.DefineMethodOverride(method, shape.Method);
    }

    private static void EmitTuple(ILGenerator il, MethodShape shape)
    {
        if (shape.Arguments.Length > 0)
        {
            il.Emit(OpCodes.Newobj, shape.ArgsType.GetConstructor(
                [.. shape.Arguments.Select(argument => argument.ParameterType)])!);
            return;
        }

        il.Emit(OpCodes.Ldloc, il.DeclareLocal(typeof(ValueTuple)));
    }

    private static void EmitCancellation(ILGenerator il, MethodShape shape)
    {
        if (shape.Cancellation is { } cancellation)
        {
            il.Emit(OpCodes.Ldarg, cancellation.Position + 1);
            return;
        }

        il.Emit(OpCodes.Ldloc, il.DeclareLocal(typeof(CancellationToken)));
    }

    private static void EmitMaker(TypeBuilder builder, ConstructorBuilder constructor)
    {
        var make = builder.DefineMethod(
            "Make", MethodAttributes.Public | MethodAttributes.Static, typeof(ActorReference),
            [typeof(ActorHost), typeof(GrainId)]);
        var il = make.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
    }

    private static string FieldName(int index) => $"Method{index}";
}
