require_relative 'lib/shape'
Shape.new.area
